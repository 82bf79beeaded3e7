using TcpAgent.Resources;

namespace TcpAgent.Verdict;

/// <summary>The explanation of each resource, one row each: evidence, advice, and what will not help.</summary>
static class ResourceAdvice
{
    static readonly Dictionary<Resource, Action<ResourceReport, SampleView>> s_rows = new()
    {
        [ResourceCatalog.CloudBandwidthIn] = CloudAdvice.BandwidthIn,
        [ResourceCatalog.CloudBandwidthOut] = CloudAdvice.BandwidthOut,
        [ResourceCatalog.CloudPackets] = CloudAdvice.Packets,
        [ResourceCatalog.CloudConntrack] = CloudAdvice.Conntrack,
        [ResourceCatalog.DeviceReceive] = PacketAdvice.DeviceReceive,
        [ResourceCatalog.SoftnetBacklog] = PacketAdvice.SoftnetBacklog,
        [ResourceCatalog.NeighbourV4] = AddressAdvice.NeighbourV4,
        [ResourceCatalog.NeighbourV6] = AddressAdvice.NeighbourV6,
        [ResourceCatalog.RouteCacheV6] = AddressAdvice.RouteCache,
        [ResourceCatalog.Fragments] = TableAdvice.Fragments,
        [ResourceCatalog.NfQueue] = PacketAdvice.NfQueue,
        [ResourceCatalog.Conntrack] = ConntrackAdvice.Table,
        [ResourceCatalog.NatPorts] = NatAdvice.Ports,
        [ResourceCatalog.SynQueue] = SynQueueAdvice.Explain,
        [ResourceCatalog.AcceptQueue] = AcceptQueueAdvice.Explain,
        [ResourceCatalog.AcceptQueueUnix] = UnixAdvice.AcceptQueue,
        [ResourceCatalog.UdpReceive] = UdpAdvice.Receive,
        [ResourceCatalog.TcpMemory] = TableAdvice.TcpMemory,
        [ResourceCatalog.UdpMemory] = TableAdvice.UdpMemory,
        [ResourceCatalog.Orphans] = TableAdvice.Orphans,
        [ResourceCatalog.TimeWait] = TableAdvice.TimeWait,
        [ResourceCatalog.EphemeralPorts] = PortAdvice.EphemeralPorts,
        [ResourceCatalog.EphemeralPortsUdp] = UdpAdvice.EphemeralPorts,
        [ResourceCatalog.OpenFiles] = OpenFilesAdvice.Explain,
        [ResourceCatalog.FileHandles] = AddressAdvice.FileHandles,
        [ResourceCatalog.Qdisc] = PacketAdvice.Qdisc,
    };

    /// <summary>Adds evidence and advice to the report of a resource that is not ok.</summary>
    internal static void Explain(ResourceReport report, SampleView view) => s_rows[report.Resource](report, view);
}
