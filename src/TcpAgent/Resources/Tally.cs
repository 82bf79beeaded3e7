using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>
/// Adds up the kernel counters of one kind of loss. Counters per device or per CPU are followed one by one, so that an instance that comes
/// or goes is not a loss; the total continues from the first sum. If an instance returns, such as a CPU that was offline, its losses in
/// between count then. The total does not fall while a counter cannot be read: the last value stays in the sum. If counters are subtracted,
/// the total rises by the difference of each tick, because those counters may rise for other reasons too.
/// </summary>
sealed class Tally : IPacketCount
{
    /// <summary>More than any host has CPUs; few devices ever return.</summary>
    const int MaxAway = 8192;

    readonly (SlotRef Counter, int Sign, Func<bool>? Counts)[] _terms;

    /// <summary>For each term the instances that are gone, with their count at that time.</summary>
    readonly Dictionary<Instance, long>?[] _away;

    /// <summary>The last value of each term: a sum over instances continues from it when one of them goes.</summary>
    readonly long[] _totals;

    /// <summary>True if all counters are added: the total is then their sum. Otherwise it grows tick by tick.</summary>
    readonly bool _isSum = true;

    long _total = KernelValue.Absent;

    internal Tally(params ReadOnlySpan<Term> terms)
    {
        var known = new List<(SlotRef, int, Func<bool>?)>();
        foreach (var (counter, sign, counts) in terms)
            if (counter is { } slot)
            {
                known.Add((slot, sign, counts));
                _isSum &= sign > 0;
            }
        _terms = [.. known];
        _totals = new long[_terms.Length];
        _away = new Dictionary<Instance, long>?[_terms.Length];
        _totals.AsSpan().Fill(KernelValue.Absent);
    }

    internal static Tally Of(params ReadOnlySpan<SlotRef?> counters)
    {
        var terms = new Term[counters.Length];
        for (var i = 0; i < counters.Length; i++)
            terms[i] = new Term(counters[i]);
        return new Tally(terms);
    }

    /// <summary>
    /// Another count that rises with each of these losses, so that any rise beyond it was no such loss. Both must come from one file, so
    /// that they rise at the same tick.
    /// </summary>
    internal Tally? AtMost { get; init; }

    public long Total { get; private set; } = KernelValue.Absent;

    public long Increase { get; private set; }

    /// <summary>The device, CPU or queue that lost most since the previous tick; null when none did.</summary>
    internal Instance? Worst { get; private set; }

    public void Update()
    {
        AtMost?.Update();
        var (isKnown, isReset, total, increase) = (false, false, 0L, 0L);
        Worst = null;
        for (var i = 0; i < _terms.Length; i++)
        {
            var (counter, sign, counts) = _terms[i];
            var (rise, before) = (0L, _totals[i]);
            if (counts?.Invoke() ?? true)
                isKnown |= (counter.Table.IsPlain
                    ? Take(counter, ref _totals[i], ref rise)
                    : TakeInstances(counter, ref _totals[i], ref rise, sign, ref _away[i])) && sign > 0;
            isReset |= _totals[i] < before;
            total += _totals[i] == KernelValue.Absent ? 0 : sign * _totals[i];
            increase += sign * rise;
        }
        (total, increase) = (Math.Max(0, total), Math.Max(0, increase));
        if (AtMost is { } most)
        {
            isKnown &= most.Total != KernelValue.Absent;
            (total, increase) = (Math.Min(total, Math.Max(0, most.Total)), Math.Min(increase, most.Increase));
        }
        if (isKnown)
            _total = (_isSum && AtMost is null) || isReset || _total == KernelValue.Absent ? total : _total + increase;
        (Total, Increase) = (isKnown ? _total : KernelValue.Absent, increase);
    }

    static bool Take(SlotRef counter, ref long total, ref long rise)
    {
        if (counter.Value == KernelValue.Absent)
            return false;
        (total, rise) = (counter.Value, counter.Rise);
        return true;
    }

    bool TakeInstances(SlotRef counter, ref long total, ref long rise, int sign, ref Dictionary<Instance, long>? away)
    {
        var (isKnown, sum, most) = (false, 0L, 0L);
        var isSame = counter.Table.HasSameInstances();
        if (!isSame)
            NoteGone(counter, ref away);
        for (var i = 0; i < counter.Table.Count; i++)
        {
            if (counter.Table[i][counter.Row] is KernelValue.Absent)
                continue;
            var more = isSame || away is null ? counter.Table.Rise(counter.Row, i) : RiseOf(counter, i, away);
            if (more > most && sign > 0)
                (most, Worst) = (more, counter.Table.InstanceAt(i));
            isKnown = true;
            rise += more;
            sum += counter.Table[i][counter.Row];
        }
        if (isKnown)
            total = total == KernelValue.Absent ? sum : total + rise;
        return isKnown;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void NoteGone(SlotRef counter, ref Dictionary<Instance, long>? away)
    {
        if (away?.Count > MaxAway)
            away.Clear();
        counter.Table.AddGone(counter.Row, away ??= []);
    }

    /// <summary>The rise of a returned instance since it went.</summary>
    static long RiseOf(SlotRef counter, int instance, Dictionary<Instance, long> away)
    {
        if (counter.Table.PlaceBefore(instance) >= 0 || !away.Remove(counter.Table.InstanceAt(instance), out var then))
            return counter.Table.Rise(counter.Row, instance);
        var now = counter.Table[instance][counter.Row];
        return now < then ? now : now - then;
    }
}
