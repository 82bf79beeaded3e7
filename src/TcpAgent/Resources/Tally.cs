using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>
/// Follows kernel counters that count one kind of loss and adds them up. Where they are per device or per CPU each is followed
/// for itself, so that one that comes or goes is no loss; the total then goes on from the sum first seen. Nor does the total fall
/// while one of several counters cannot be read: what it last was stays in.
/// </summary>
sealed class Tally
{
    readonly (SlotRef Counter, int Sign, Func<bool>? Counts)[] _terms;
    readonly Instances?[] _instances;
    readonly long[] _last;
    readonly long[] _known;
    bool _seen;

    internal Tally(params ReadOnlySpan<Term> terms)
    {
        var known = new List<(SlotRef, int, Func<bool>?)>();
        foreach (var (counter, sign, counts) in terms)
            if (counter is { } slot)
                known.Add((slot, sign, counts));
        _terms = [.. known];
        _last = new long[_terms.Length];
        _known = new long[_terms.Length];
        _instances = Array.ConvertAll(_terms, term => term.Counter.Table.IsPlain ? null : new Instances(term.Counter));
    }

    internal static Tally Of(params ReadOnlySpan<SlotRef?> counters)
    {
        var terms = new Term[counters.Length];
        for (var i = 0; i < counters.Length; i++)
            terms[i] = new Term(counters[i]);
        return new Tally(terms);
    }

    /// <summary>All that was lost, as far as the kernel tells; absent where it counts nothing of it.</summary>
    internal long Total { get; private set; } = KernelValue.Absent;

    /// <summary>What was lost since the tick before, 0 at the first.</summary>
    internal long Increase { get; private set; }

    /// <summary>The device, CPU or queue that lost most since the tick before; null when none did.</summary>
    internal Instance? Worst { get; private set; }

    internal void Update()
    {
        var (isKnown, total, increase) = (false, 0L, 0L);
        Worst = null;
        for (var i = 0; i < _terms.Length; i++)
        {
            var (counter, sign, counts) = _terms[i];
            long value, more;
            if (_instances[i] is { } instances)
            {
                (value, more) = instances.Update();
                if (more > 0 && sign > 0)
                    Worst = instances.Worst;
            }
            else
            {
                value = counts is null || counts() ? counter.Value : KernelValue.Absent;

                // A kernel counter that fell was reset: it counts from 0 again. A field that had no value is not known to have risen.
                more = !_seen || value == KernelValue.Absent || _last[i] == KernelValue.Absent ? 0 : value < _last[i] ? value : value - _last[i];
                _last[i] = value;
            }
            if (value != KernelValue.Absent)
                _known[i] = value;
            isKnown |= value != KernelValue.Absent && sign > 0;
            total += sign * _known[i];
            increase += sign * more;
        }
        (Total, Increase, _seen) = (isKnown ? Math.Max(0, total) : KernelValue.Absent, Math.Max(0, increase), true);
    }

    /// <summary>One counter of each device, CPU or queue. </summary>
    sealed class Instances(SlotRef counter)
    {
        Instance[] _instances = [];
        long[] _values = [];
        Instance[] _nextInstances = [];
        long[] _nextValues = [];
        int _count;
        long _total = KernelValue.Absent;

        internal Instance? Worst { get; private set; }

        internal (long Total, long Increase) Update()
        {
            var table = counter.Table;
            if (_nextValues.Length < table.Count)
                Grow(table.Count);
            var (count, sum, increase, most) = (0, 0L, 0L, 0L);
            Worst = null;
            for (var i = 0; i < table.Count; i++)
            {
                var value = table[i][counter.Row];
                if (value == KernelValue.Absent)
                    continue;
                var instance = table.InstanceAt(i);
                var last = Last(count, instance);
                var more = last == KernelValue.Absent ? 0 : value < last ? value : value - last;
                if (more > most)
                    (most, Worst) = (more, instance);
                increase += more;
                sum += value;
                (_nextInstances[count], _nextValues[count]) = (instance, value);
                count++;
            }
            (_instances, _nextInstances, _values, _nextValues, _count) = (_nextInstances, _instances, _nextValues, _values, count);
            if (count > 0)
                _total = _total == KernelValue.Absent ? sum : _total + increase;
            return (count > 0 ? _total : KernelValue.Absent, increase);
        }

        /// <summary>The value of the tick before; most often at the same place.</summary>
        long Last(int at, Instance instance)
        {
            if (at < _count && ReferenceEquals(_instances[at], instance))
                return _values[at];
            for (var i = 0; i < _count; i++)
                if (ReferenceEquals(_instances[i], instance))
                    return _values[i];
            return KernelValue.Absent;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Grow(int count)
        {
            Array.Resize(ref _nextInstances, count * 2);
            Array.Resize(ref _nextValues, count * 2);
            Array.Resize(ref _instances, count * 2);
            Array.Resize(ref _values, count * 2);
        }
    }
}
