using System.Diagnostics;
using System.Runtime.CompilerServices;
using TcpAgent.Kernel;

namespace TcpAgent.Metrics;

/// <summary>
/// The values of one table: its rows, once for each instance. A plain table has one instance without labels; a table per device or CPU has
/// one for each.
/// </summary>
sealed class Table
{
    static readonly Instance[] s_plain = [Instance.None];

    long[] _values;
    Instance[] _instances;

    internal Table(Rows rows)
    {
        Rows = rows;
        _values = new long[rows.Count];
        _instances = IsPlain ? s_plain : new Instance[1];
        Count = IsPlain ? 1 : 0;
        _values.AsSpan().Fill(KernelValue.Absent);
    }

    internal Rows Rows { get; }

    internal bool IsPlain => Rows.IsPlain;

    /// <summary>Instances; 1 of a plain table.</summary>
    internal int Count { get; private set; }

    /// <summary>The values of one instance, in the order in which they were added.</summary>
    internal Slots this[int instance] => new(_values.AsSpan(instance * Rows.Count, Rows.Count), Rows);

    /// <summary>A plain table's value.</summary>
    internal ref long this[Row row]
    {
        get
        {
            Debug.Assert(IsPlain && ReferenceEquals(row.Rows, Rows), $"{row.Name} is no row of this table");
            return ref _values[row.Slot];
        }
    }

    internal Instance InstanceAt(int instance) => _instances[instance];

    /// <summary>Leaves nothing to export: slots absent, instances gone.</summary>
    internal void Withdraw()
    {
        if (IsPlain)
            _values.AsSpan().Fill(KernelValue.Absent);
        else
            Count = 0;
    }

    /// <summary>Adds an instance with all slots absent.</summary>
    internal Slots Add(Instance instance)
    {
        if (Count == _instances.Length)
            Grow(Count + 1);
        _instances[Count] = instance;
        var slots = this[Count++];
        slots.Values.Fill(KernelValue.Absent);
        return slots;
    }

    internal void CopyFrom(Table source)
    {
        if (source.Count > _instances.Length)
            Grow(source.Count);
        Count = source.Count;
        source._values.AsSpan(0, Count * Rows.Count).CopyTo(_values);
        source._instances.AsSpan(0, Count).CopyTo(_instances);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Grow(int count)
    {
        var size = Math.Max(count, _instances.Length * 2);
        Array.Resize(ref _instances, size);
        Array.Resize(ref _values, size * Rows.Count);
    }
}
