using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>
/// Reads the series out of a snapshot: the only way from a sample to the numbers of a record, for the recorder and the live page. Allocates
/// nothing.
/// </summary>
static class SeriesReader
{
    /// <summary>Milliseconds since the epoch.</summary>
    internal static long Time(Snapshot snapshot) => snapshot.Find(AgentMetrics.Rows)?[AgentMetrics.Timestamp] ?? 0;

    /// <summary>
    /// Raises each number to the snapshot's, in the order of <see cref="Series.Names"/>. An absent value is below every number.
    /// </summary>
    internal static void Raise(Snapshot snapshot, Span<long> values)
    {
        if (snapshot.Find(SocketRows.States) is { } states)
            for (var i = 0; i < SocketRows.States.Count; i++)
                Raise(ref values[Series.FirstState + i], states[SocketRows.States[i]]);
        if (snapshot.Find(ResourceRows.Rows) is { } resources)
            RaiseResources(resources, values);
        if (snapshot.Find(DropRows.Rows) is { } drops)
            RaiseDrops(drops, values);
        RaiseTraffic(snapshot, values[Series.FirstTraffic..]);
    }

    /// <summary>In the order of <see cref="Series.Traffic"/>.</summary>
    static void RaiseTraffic(Snapshot snapshot, Span<long> values)
    {
        if (snapshot.Find(SnmpRows.Rows) is { } snmp)
        {
            Raise(ref values[0], snmp[SnmpRows.TcpPassiveOpens]);
            Raise(ref values[1], snmp[SnmpRows.TcpActiveOpens]);
            Raise(ref values[2], snmp[SnmpRows.TcpEstabResets]);
            Raise(ref values[4], snmp[SnmpRows.TcpRetransSegs]);
        }
        if (snapshot.Find(NetstatRows.Rows) is { } netstat)
            Raise(ref values[3], netstat[NetstatRows.TCPOrigDataSent]);
        if (snapshot.Find(Devices.Rows) is { } devices)
        {
            Raise(ref values[5], Throughput(devices, Devices.ReceiveBytes));
            Raise(ref values[6], Throughput(devices, Devices.TransmitBytes));
        }
    }

    /// <summary>
    /// The bytes of all devices with a driver, because a bridge, a bond or a tunnel counts the same packets again. Where no device has one,
    /// as in a container, those of all devices. The loopback device never counts.
    /// </summary>
    static long Throughput(Table devices, Row bytes)
    {
        var (hardware, software) = (KernelValue.Absent, KernelValue.Absent);
        for (var i = 0; i < devices.Count; i++)
        {
            if (devices.InstanceAt(i) is not DeviceInstance device || device.Name.AsSpan().SequenceEqual("lo"u8)
                || devices[i][bytes] is KernelValue.Absent)
                continue;
            ref var sum = ref device.HasDriver ? ref hardware : ref software;
            sum = Math.Max(0, sum) + devices[i][bytes];
        }
        return hardware == KernelValue.Absent ? software : hardware;
    }

    static void Raise(ref long value, long other) => value = Math.Max(value, other);

    static void RaiseResources(Table table, Span<long> values)
    {
        for (int row = 0, next = 0; row < ResourceCatalog.All.Length; row++)
        {
            if (!table.HasNext(ResourceCatalog.All[row].Instance, ref next))
                continue;
            var first = Series.FirstResource + (Series.PerResource * row);
            var slots = table[next - 1];
            Raise(ref values[first], slots[ResourceRows.Used]);
            Raise(ref values[first + 1], slots[ResourceRows.Limit]);
            Raise(ref values[first + 2], slots[ResourceRows.LossesTotal]);
            Raise(ref values[first + 3], slots[ResourceRows.State]);
            Raise(ref values[0], slots[ResourceRows.State]);
        }
    }

    static void RaiseDrops(Table table, Span<long> values)
    {
        for (int row = 0, next = 0; row < DropStages.All.Length; row++)
            if (table.HasNext(DropStages.All[row].Instance, ref next))
                Raise(ref values[Series.FirstDrop + row], table[next - 1][DropRows.Total]);
    }
}
