using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The metrics of network cards, filled by <see cref="Nics"/>.</summary>
static class NicRows
{
    internal static readonly Rows Rows = new("device");

    internal static readonly Row ReceiveRing = Rows.Gauge(
        "tcpagent_nic_receive_ring_descriptors", "Packets or buffers that one receive ring of the card holds. Each receive queue has a ring. Only cards whose driver reports it have this.", from: "ethtool rx");

    internal static readonly Row ReceiveRingLimit = Rows.Gauge(
        "tcpagent_nic_receive_ring_descriptors_limit", "Largest size that the driver accepts for a receive ring.", from: "ethtool rx-max");

    internal static readonly Row TransmitRing = Rows.Gauge(
        "tcpagent_nic_transmit_ring_descriptors", "Packets or buffers that one transmit ring of the card holds.", from: "ethtool tx");

    internal static readonly Row TransmitRingLimit = Rows.Gauge(
        "tcpagent_nic_transmit_ring_descriptors_limit", "Largest size that the driver accepts for a transmit ring.", from: "ethtool tx-max");

    internal static readonly Row CombinedChannels = Rows.Gauge(
        "tcpagent_nic_combined_channels", "Channels of the card that have a queue each way.", from: "ethtool combined-count");

    internal static readonly Row CombinedChannelsLimit = Rows.Gauge(
        "tcpagent_nic_combined_channels_limit", "Largest number of such channels that the driver accepts.", from: "ethtool combined-max");

    internal static readonly Row ReceiveChannels = Rows.Gauge(
        "tcpagent_nic_receive_channels", "Channels of the card that only receive. Excludes combined ones.", from: "ethtool rx-count");

    internal static readonly Row ReceiveChannelsLimit = Rows.Gauge(
        "tcpagent_nic_receive_channels_limit", "Largest number of such channels that the driver accepts.", from: "ethtool rx-max");

    internal static readonly Row TransmitChannels = Rows.Gauge(
        "tcpagent_nic_transmit_channels", "Channels of the card that only send. Excludes combined ones.", from: "ethtool tx-count");

    internal static readonly Row TransmitChannelsLimit = Rows.Gauge(
        "tcpagent_nic_transmit_channels_limit", "Largest number of such channels that the driver accepts.", from: "ethtool tx-max");

    internal static readonly Row ReceiveOverruns = Rows.Counter(
        "tcpagent_nic_receive_overruns_total", "Packets that the card dropped for lack of a free descriptor or buffer. Without the kernel's own count, a sum of what the driver names so. tcpagent_device_receive_missed_total often counts the same packets.", from: "rx-hw-drop-overruns");

    internal static readonly Row ReceiveDrops = Rows.Counter(
        "tcpagent_nic_receive_drops_total", "Packets that entered the card and never left it, for any reason. By the kernel's own count it includes overruns; by names of the driver it excludes them.", from: "rx-hw-drops");

    internal static readonly Row AllocationFailures = Rows.Counter(
        "tcpagent_nic_receive_allocation_failures_total", "Times the driver got no memory for a receive buffer. A packet is lost only if the ring runs empty.", from: "rx-alloc-fail");

    internal static readonly Row TransmitDrops = Rows.Counter(
        "tcpagent_nic_transmit_drops_total", "Outgoing packets that the card or its driver dropped.", from: "tx-hw-drops");

    internal static readonly Row TransmitStops = Rows.Counter(
        "tcpagent_nic_transmit_stops_total", "Times a transmit ring was full, so that packets had to wait in the qdisc. Nothing is lost by that.", from: "tx-stop");

    internal static readonly Row BandwidthIn = Rows.Counter(
        "tcpagent_cloud_bandwidth_in_exceeded_total", "Packets that the cloud queued or dropped because this instance received more bytes than it may. Amazon's ENA only.", from: "bw_in_allowance_exceeded");

    internal static readonly Row BandwidthOut = Rows.Counter(
        "tcpagent_cloud_bandwidth_out_exceeded_total", "Packets that the cloud queued or dropped because this instance sent more bytes than it may. Amazon's ENA only.", from: "bw_out_allowance_exceeded");

    internal static readonly Row Packets = Rows.Counter(
        "tcpagent_cloud_packets_exceeded_total", "Packets that the cloud queued or dropped because there were more in a second, both ways together, than this instance may have. Amazon's ENA only.", from: "pps_allowance_exceeded");

    internal static readonly Row LinkLocal = Rows.Counter(
        "tcpagent_cloud_link_local_exceeded_total", "Packets to the cloud's own DNS, time and metadata services that it dropped because there were too many in a second. Amazon's ENA only.", from: "linklocal_allowance_exceeded");

    internal static readonly Row Conntrack = Rows.Counter(
        "tcpagent_cloud_conntrack_exceeded_total", "Packets that the cloud dropped because it tracked as many connections of this instance as it may, for its security groups. Amazon's ENA only.", from: "conntrack_allowance_exceeded");

    internal static readonly Row ConntrackAvailable = Rows.Gauge(
        "tcpagent_cloud_conntrack_available", "Connections of this instance that the cloud can track in addition to the present ones. The cloud does not report how many it tracks. Amazon's ENA only, driver 2.8.1 or later.", from: "conntrack_allowance_available");

    internal static readonly Rows CloudRows = new();

    internal static readonly Row ConntrackTaken = CloudRows.Hidden(
        "tcpagent_cloud_conntrack_taken", "Connections tracked at least, by the card that has the least left: the most that it ever had available less the present number.");

    internal static readonly Row ConntrackMark = CloudRows.Hidden(
        "tcpagent_cloud_conntrack_mark", "The value of that from which at least four fifths of the limit are in use, whatever the limit is.");

    /// <summary>In the order of <see cref="Kernel.Netlink.Ethtool.Rings"/>.</summary>
    internal static readonly Row[] Rings = [ReceiveRingLimit, TransmitRingLimit, ReceiveRing, TransmitRing];

    /// <summary>In the order of <see cref="Kernel.Netlink.Ethtool.Channels"/>.</summary>
    internal static readonly Row[] Channels =
        [ReceiveChannelsLimit, TransmitChannelsLimit, CombinedChannelsLimit, ReceiveChannels, TransmitChannels, CombinedChannels];

    /// <summary>In the order of <see cref="Kernel.Netlink.QueueStatistics.Losses"/>.</summary>
    internal static readonly Row[] Losses = [AllocationFailures, ReceiveDrops, ReceiveOverruns, TransmitDrops, TransmitStops];

    /// <summary>In the order of <see cref="Kernel.Nics.NicStatistic"/>, without its first.</summary>
    internal static readonly Row[] Statistics =
    [
        ReceiveOverruns, AllocationFailures, ReceiveDrops, TransmitDrops, TransmitStops, BandwidthIn, BandwidthOut, Packets, Conntrack,
        LinkLocal, ConntrackAvailable,
    ];
}
