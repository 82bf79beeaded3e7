using System.Runtime.CompilerServices;
using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>
/// Follows kernel counters that count one kind of loss and adds them up. Where they are per device or per CPU each is followed
/// for itself, so that one that comes or goes is no loss; the total then goes on from the sum first seen. Nor does the total fall
/// while one of several counters cannot be read: what it last was stays in.
/// </summary>
sealed class Tally
{
    readonly (Table Table, int Row, int Sign, Func<bool>? Counts)[] _terms;
    readonly Instances?[] _instances;
    readonly long[] _last;
    readonly long[] _known;
    bool _seen;

    internal Tally(params ReadOnlySpan<Term> terms)
    {
        var rows = new List<(Table, int, int, Func<bool>?)>();
        foreach (var (row, sign, counts) in terms)
            if (row is var (table, index))
                rows.Add((table, index, sign, counts));
        _terms = [.. rows];
        _last = new long[_terms.Length];
        _known = new long[_terms.Length];
        _instances = Array.ConvertAll(_terms, term => term.Table.IsPlain ? null : new Instances(term.Table, term.Row));
    }

    internal static Tally Of(params ReadOnlySpan<(Table, int)?> rows)
    {
        var terms = new Term[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            terms[i] = new Term(rows[i]);
        return new Tally(terms);
    }

    /// <summary>All that was lost, as far as the kernel tells; absent where it counts nothing of it.</summary>
    internal long Total { get; private set; } = Metric.Absent;

    /// <summary>What was lost since the tick before, 0 at the first.</summary>
    internal long Increase { get; private set; }

    /// <summary>The device, CPU or queue that lost most since the tick before; null when none did.</summary>
    internal byte[]? Worst { get; private set; }

    internal void Update()
    {
        var (isKnown, total, increase) = (false, 0L, 0L);
        Worst = null;
        for (var i = 0; i < _terms.Length; i++)
        {
            var (table, row, sign, counts) = _terms[i];
            long value, more;
            if (_instances[i] is { } instances)
            {
                (value, more) = instances.Update();
                if (more > 0 && sign > 0)
                    Worst = instances.Worst;
            }
            else
            {
                value = counts is null || counts() ? table.Slot(row) : Metric.Absent;

                // A kernel counter that fell was reset: it counts from 0 again. A field that had no value is not known to have risen.
                more = !_seen || value == Metric.Absent || _last[i] == Metric.Absent ? 0 : value < _last[i] ? value : value - _last[i];
                _last[i] = value;
            }
            if (value != Metric.Absent)
                _known[i] = value;
            isKnown |= value != Metric.Absent && sign > 0;
            total += sign * _known[i];
            increase += sign * more;
        }
        (Total, Increase, _seen) = (isKnown ? Math.Max(0, total) : Metric.Absent, Math.Max(0, increase), true);
    }

    /// <summary>One counter of each device, CPU or queue. They are known by their label text, which a source makes once.</summary>
    sealed class Instances(Table table, int row)
    {
        byte[][] _keys = [];
        long[] _values = [];
        byte[][] _nextKeys = [];
        long[] _nextValues = [];
        int _count;
        long _total = Metric.Absent;

        internal byte[]? Worst { get; private set; }

        internal (long Total, long Increase) Update()
        {
            if (_nextKeys.Length < table.Count)
                Grow();
            var (count, sum, increase, most) = (0, 0L, 0L, 0L);
            Worst = null;
            for (var i = 0; i < table.Count; i++)
            {
                var value = table[i][row];
                if (value == Metric.Absent)
                    continue;
                var key = table.KeyOf(i);
                var last = Last(count, key);
                var more = last == Metric.Absent ? 0 : value < last ? value : value - last;
                if (more > most)
                    (most, Worst) = (more, key);
                increase += more;
                sum += value;
                (_nextKeys[count], _nextValues[count]) = (key, value);
                count++;
            }
            (_keys, _nextKeys, _values, _nextValues, _count) = (_nextKeys, _keys, _nextValues, _values, count);
            if (count > 0)
                _total = _total == Metric.Absent ? sum : _total + increase;
            return (count > 0 ? _total : Metric.Absent, increase);
        }

        /// <summary>The value of the tick before; most often at the same place.</summary>
        long Last(int at, byte[] key)
        {
            if (at < _count && ReferenceEquals(_keys[at], key))
                return _values[at];
            for (var i = 0; i < _count; i++)
                if (ReferenceEquals(_keys[i], key))
                    return _values[i];
            return Metric.Absent;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Grow()
        {
            Array.Resize(ref _nextKeys, table.Count * 2);
            Array.Resize(ref _nextValues, table.Count * 2);
            Array.Resize(ref _keys, table.Count * 2);
            Array.Resize(ref _values, table.Count * 2);
        }
    }
}
