using System.Runtime.CompilerServices;

namespace TcpAgent.Metrics;

/// <summary>
/// The slots of one table: its rows, once for each instance. A plain table has one instance without a label; a table per
/// device or CPU has one for each, named by a label text such as <c>device="eth0"</c>.
/// </summary>
sealed class Table
{
    static readonly byte[][] s_plain = [[]];

    long[] _values;
    byte[][] _keys;

    /// <param name="rows">The metrics; rows of one name stand together.</param>
    /// <param name="instanceLabels">The label names of the instances, or "" for a plain table.</param>
    internal Table(Metric[] rows, string instanceLabels = "")
    {
        Rows = rows;
        InstanceLabels = instanceLabels;
        IsPlain = instanceLabels.Length == 0;
        _values = new long[rows.Length];
        _keys = IsPlain ? s_plain : new byte[1][];
        Count = IsPlain ? 1 : 0;
        _values.AsSpan().Fill(Metric.Absent);
    }

    internal Metric[] Rows { get; }

    internal string InstanceLabels { get; }

    internal bool IsPlain { get; }

    internal int Count { get; private set; }

    internal Span<long> this[int instance] => _values.AsSpan(instance * Rows.Length, Rows.Length);

    internal ReadOnlySpan<byte> Key(int instance) => _keys[instance];

    /// <summary>The key itself: a source gives an instance the same array at each tick.</summary>
    internal byte[] KeyOf(int instance) => _keys[instance];

    /// <summary>A plain table's slot.</summary>
    internal ref long Slot(int row) => ref _values[row];

    /// <summary>Leaves nothing to export: slots absent, instances gone.</summary>
    internal void Withdraw()
    {
        if (IsPlain)
            _values.AsSpan().Fill(Metric.Absent);
        else
            Count = 0;
    }

    /// <summary>Adds an instance with all slots absent. The key is kept, not copied.</summary>
    internal Span<long> Add(byte[] key)
    {
        if (Count == _keys.Length)
            Grow(Count + 1);
        _keys[Count] = key;
        var slots = this[Count++];
        slots.Fill(Metric.Absent);
        return slots;
    }

    internal void CopyFrom(Table source)
    {
        if (source.Count > _keys.Length)
            Grow(source.Count);
        Count = source.Count;
        source._values.AsSpan(0, Count * Rows.Length).CopyTo(_values);
        source._keys.AsSpan(0, Count).CopyTo(_keys);
    }

    /// <summary>The slot of a kernel field, or -1.</summary>
    internal int Find(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field)
    {
        for (var i = 0; i < Rows.Length; i++)
            if (field.SequenceEqual(Rows[i].FieldUtf8) && section.SequenceEqual(Rows[i].SectionUtf8))
                return i;
        return -1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Grow(int count)
    {
        var size = Math.Max(count, _keys.Length * 2);
        Array.Resize(ref _keys, size);
        Array.Resize(ref _values, size * Rows.Length);
    }
}
