using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>Chooses the cgroups with the most connections that are stuck in a state, and adds them up by unit or container.</summary>
sealed class WorkloadTable
{
    /// <summary>Maximum number of them.</summary>
    internal const int Most = 10;

    /// <summary>Fewer sockets are there at any time.</summary>
    internal const int Few = 5;

    readonly (ulong Id, int Sockets)[] _top = new (ulong, int)[Most];
    int _count;

    /// <summary>The chosen cgroups. Valid until the next choice.</summary>
    internal ReadOnlySpan<(ulong Id, int Sockets)> Chosen => _top.AsSpan(0, _count);

    internal void Choose(CgroupCensus? census)
    {
        _count = 0;
        if (census is null)
            return;
        foreach (var (id, sockets) in census.Sockets)
            if (sockets.Stuck >= Few)
                Top.Offer(_top, ref _count, (id, sockets.Stuck), static (one, other) => one.Item2 > other.Item2);
    }

    /// <summary>
    /// Adds the sockets of an owner. Several cgroups may belong to one unit. What systemd opened, a unit may have: its connections say
    /// nothing about systemd.
    /// </summary>
    internal static void Add(Table table, Owner owner, in CgroupSockets sockets)
    {
        if (!owner.Facts.HasConnections)
            return;
        var slots = RowOf(table, owner.Instance);
        Add(slots, WorkloadRows.CloseWait, sockets.CloseWait);
        Add(slots, WorkloadRows.SynSent, sockets.SynSent);
        Add(slots, WorkloadRows.LastAck, sockets.LastAck);
    }

    /// <summary>The row of a unit or container, which is added if it is not there.</summary>
    internal static Slots RowOf(Table table, Instance instance) =>
        Find(table, instance) is >= 0 and var place ? table[place] : table.Add(instance);

    internal static void Add(Slots slots, Row row, long count) => slots[row] = Math.Max(0, slots[row]) + count;

    static int Find(Table table, Instance instance)
    {
        for (var i = 0; i < table.Count; i++)
            if (table.InstanceAt(i).Labels.AsSpan().SequenceEqual(instance.Labels))
                return i;
        return -1;
    }
}
