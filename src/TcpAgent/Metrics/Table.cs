using System.Diagnostics;
using System.Runtime.CompilerServices;
using TcpAgent.Kernel;

namespace TcpAgent.Metrics;

/// <summary>
/// The values of one table: its rows, once for each instance. A plain table has one instance without labels; a table of devices or CPUs has
/// one for each.
/// </summary>
sealed class Table
{
    static readonly Instance[] s_plain = [Instance.None];

    long[] _values;
    Instance[] _instances;

    /// <summary>Instances that are judged like the others but not exported.</summary>
    bool[] _isHidden;
    long[] _valuesBefore = [];
    Instance[] _instancesBefore = [];
    int _countBefore;

    internal Table(Rows rows)
    {
        Rows = rows;
        _values = new long[rows.Count];
        _instances = IsPlain ? s_plain : new Instance[1];
        _isHidden = new bool[1];
        Count = IsPlain ? 1 : 0;
        _values.AsSpan().Fill(KernelValue.Absent);
    }

    internal Rows Rows { get; }

    internal bool IsPlain => Rows.IsPlain;

    /// <summary>Number of instances; 1 for a plain table.</summary>
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

    /// <summary>
    /// Whether the table has an instance, for a table whose instances come in a fixed order and may be missing at a tick.
    /// </summary>
    /// <param name="instance">The instance; each call asks for a later one than the call before.</param>
    /// <param name="next">Number of instances passed so far; one more if the table has it, and then it is at the number before.</param>
    internal bool HasNext(Instance instance, ref int next)
    {
        if (next >= Count || !ReferenceEquals(_instances[next], instance))
            return false;
        next++;
        return true;
    }

    /// <summary>Whether the instance is not exported.</summary>
    internal bool IsHidden(int instance) => _isHidden[instance];

    /// <summary>
    /// Hides all but a number of instances from the exposition, the notable ones last. Resources and the verdict still see them. Returns
    /// how many are hidden.
    /// </summary>
    internal int HideBeyond(int most)
    {
        if (Count <= most)
            return 0;
        var notable = 0;
        for (var i = 0; i < Count; i++)
            notable += _instances[i].IsNotable ? 1 : 0;
        var (rooms, others) = (Math.Min(notable, most), most - Math.Min(notable, most));
        for (var i = 0; i < Count; i++)
            _isHidden[i] = (_instances[i].IsNotable ? rooms-- : others--) <= 0;
        return Count - most;
    }

    /// <summary>Clears the table: all slots become absent and all instances go.</summary>
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
        (_instances[Count], _isHidden[Count]) = (instance, false);
        var slots = this[Count++];
        slots.Values.Fill(KernelValue.Absent);
        return slots;
    }

    /// <summary>
    /// Keeps the present values as those of the previous tick. Called at the start of each tick, before anything is read.
    /// </summary>
    internal void Remember()
    {
        if (_instancesBefore.Length < _instances.Length)
            Grow(ref _valuesBefore, ref _instancesBefore);
        _values.AsSpan(0, Count * Rows.Count).CopyTo(_valuesBefore);
        if (!HasSameInstances())
            _instances.AsSpan(0, Count).CopyTo(_instancesBefore);
        _countBefore = Count;
    }

    /// <summary>
    /// The rise of a counter since the previous tick. A counter that fell was reset and counts from 0 again. A value that is or was absent
    /// has no known rise.
    /// </summary>
    internal long Rise(Row row, int instance = 0)
    {
        var (before, now) = (Before(row, instance), this[instance][row]);
        return before == KernelValue.Absent || now == KernelValue.Absent ? 0 : now < before ? now : now - before;
    }

    /// <summary>Whether a value changed, appeared or disappeared since the previous tick.</summary>
    internal bool HasChanged(Row row) => Before(row, 0) != this[row];

    long Before(Row row, int instance) =>
        PlaceBefore(instance) is >= 0 and var place ? _valuesBefore[(place * Rows.Count) + row.Slot] : KernelValue.Absent;

    /// <summary>
    /// The place of the instance at the previous tick, or -1. It is usually the same place, or a near one if some instances went: then
    /// thousands may shift at once.
    /// </summary>
    internal int PlaceBefore(int instance)
    {
        var known = _instances[instance];
        for (var (up, down) = (instance, instance - 1); up < _countBefore || down >= 0; up++, down--)
        {
            if (up < _countBefore && ReferenceEquals(_instancesBefore[up], known))
                return up;
            if (down >= 0 && down < _countBefore && ReferenceEquals(_instancesBefore[down], known))
                return down;
        }
        return -1;
    }

    /// <summary>Whether the same instances are at the same places as at the previous tick, which is the usual case.</summary>
    internal bool HasSameInstances()
    {
        if (Count != _countBefore)
            return false;
        for (var i = 0; i < Count; i++)
            if (!ReferenceEquals(_instances[i], _instancesBefore[i]))
                return false;
        return true;
    }

    /// <summary>Returns the instances that were there at the previous tick and are gone now, with their last value.</summary>
    internal void AddGone(Row row, Dictionary<Instance, long> gone)
    {
        var present = new HashSet<Instance>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < Count; i++)
            present.Add(_instances[i]);
        for (var i = 0; i < _countBefore; i++)
            if (_valuesBefore[(i * Rows.Count) + row.Slot] is not KernelValue.Absent and var value
                && !present.Contains(_instancesBefore[i]))
                gone[_instancesBefore[i]] = value;
    }

    internal void CopyFrom(Table source)
    {
        if (source.Count > _instances.Length)
            Grow(source.Count);
        Count = source.Count;
        source._values.AsSpan(0, Count * Rows.Count).CopyTo(_values);
        source._instances.AsSpan(0, Count).CopyTo(_instances);
        source._isHidden.AsSpan(0, Count).CopyTo(_isHidden);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Grow(ref long[] values, ref Instance[] instances) =>
        (values, instances) = (new long[_values.Length], new Instance[_instances.Length]);

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Grow(int count)
    {
        var size = Math.Max(count, _instances.Length * 2);
        Array.Resize(ref _instances, size);
        Array.Resize(ref _isHidden, size);
        Array.Resize(ref _values, size * Rows.Count);
    }
}
