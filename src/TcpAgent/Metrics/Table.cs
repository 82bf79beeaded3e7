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
    long[] _valuesBefore = [];
    Instance[] _instancesBefore = [];
    int _countBefore;

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

    /// <summary>Keeps what the table holds as the values of the tick before: at the start of each tick, before anything is read.</summary>
    internal void Remember()
    {
        if (_instancesBefore.Length < _instances.Length)
            Grow(ref _valuesBefore, ref _instancesBefore);
        _values.AsSpan(0, Count * Rows.Count).CopyTo(_valuesBefore);
        _instances.AsSpan(0, Count).CopyTo(_instancesBefore);
        _countBefore = Count;
    }

    /// <summary>
    /// How much a counter rose since the tick before. A counter that fell was reset and counts from 0 again. A value that is absent, or was,
    /// is not known to have risen.
    /// </summary>
    internal long Rise(Row row, int instance = 0)
    {
        var (before, now) = (Before(row, instance), this[instance][row]);
        return before == KernelValue.Absent || now == KernelValue.Absent ? 0 : now < before ? now : now - before;
    }

    /// <summary>Whether a value is another than at the tick before, came or went.</summary>
    internal bool HasChanged(Row row) => Before(row, 0) != this[row];

    /// <summary>An instance is most often at the place where it was.</summary>
    long Before(Row row, int instance)
    {
        var known = _instances[instance];
        if (instance < _countBefore && ReferenceEquals(_instancesBefore[instance], known))
            return _valuesBefore[(instance * Rows.Count) + row.Slot];
        for (var i = 0; i < _countBefore; i++)
            if (ReferenceEquals(_instancesBefore[i], known))
                return _valuesBefore[(i * Rows.Count) + row.Slot];
        return KernelValue.Absent;
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
    void Grow(ref long[] values, ref Instance[] instances) => (values, instances) = (new long[_values.Length], new Instance[_instances.Length]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Grow(int count)
    {
        var size = Math.Max(count, _instances.Length * 2);
        Array.Resize(ref _instances, size);
        Array.Resize(ref _values, size * Rows.Count);
    }
}
