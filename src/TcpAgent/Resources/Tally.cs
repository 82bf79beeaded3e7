using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>
/// Follows kernel counters that count one kind of loss and adds them up. Where they are per device or per CPU each is followed
/// for itself, so that one that comes or goes is no loss; the total then goes on from the sum first seen. What the same one lost while it
/// was away, as a CPU is that goes offline and returns, counts when it is back. Nor does the total fall while one of several counters
/// cannot be read: what it last was stays in. Where others are taken off, it goes on by what each tick leaves: they may rise for other
/// reasons too.
/// </summary>
sealed class Tally : IPacketCount
{
    /// <summary>More than any host has CPUs; of devices few return.</summary>
    const int MaxAway = 8192;

    readonly (SlotRef Counter, int Sign, Func<bool>? Counts)[] _terms;

    /// <summary>Of each term the instances that are away, with what they had counted when they went.</summary>
    readonly Dictionary<Instance, long>?[] _away;

    /// <summary>Of each term what it last came to: a sum over instances goes on from there when one of them goes.</summary>
    readonly long[] _totals;

    /// <summary>Of several counters that are only added up the total is their sum; else it is added to, tick by tick.</summary>
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
    /// Another count, which rises with each of these losses: what rises beyond it was no such loss. Both must be read from one file, so
    /// that they rise at the same tick.
    /// </summary>
    internal Tally? AtMost { get; init; }

    public long Total { get; private set; } = KernelValue.Absent;

    public long Increase { get; private set; }

    /// <summary>The device, CPU or queue that lost most since the tick before; null when none did.</summary>
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

    /// <summary>Of one that returned since it went, by the same count.</summary>
    static long RiseOf(SlotRef counter, int instance, Dictionary<Instance, long> away)
    {
        if (counter.Table.PlaceBefore(instance) >= 0 || !away.Remove(counter.Table.InstanceAt(instance), out var then))
            return counter.Table.Rise(counter.Row, instance);
        var now = counter.Table[instance][counter.Row];
        return now < then ? now : now - then;
    }
}
