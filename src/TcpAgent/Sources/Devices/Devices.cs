using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Network devices of this namespace. rtnetlink separates what /proc/net/dev merges. Where it cannot be used, the agent reads net/dev and
/// what sysfs adds to it.
/// </summary>
sealed class Devices : Source
{
    /// <summary>Maximum number of devices exported; a host with more is a container host, where single veth pairs say little.</summary>
    internal const int MaxDevices = 512;

    /// <summary>Maximum number of devices read, exported or not.</summary>
    internal const int MaxJudged = 16 * 1024;

    // include/uapi/linux/if_link.h, struct rtnl_link_stats64
    internal static readonly Rows Rows = new("device");

    internal static readonly Row ReceiveBytes = Rows.Counter(
        "tcpagent_device_receive_bytes_total", "Bytes received by the device.", field: "rx_bytes");

    internal static readonly Row ReceivePackets = Rows.Counter(
        "tcpagent_device_receive_packets_total", "Packets received by the device.", field: "rx_packets");

    internal static readonly Row ReceiveErrors = Rows.Counter(
        "tcpagent_device_receive_errors_total", "Bad packets received: sum of length, checksum, framing, ring and driver errors.", field: "rx_errors");

    internal static readonly Row ReceiveDropped = Rows.Counter(
        "tcpagent_device_receive_dropped_total", "Packets received but not processed. Excludes missed packets and those without a handler, but some drivers count missed ones here.", field: "rx_dropped");

    internal static readonly Row ReceiveMissed = Rows.Counter(
        "tcpagent_device_receive_missed_total", "Packets the device dropped because the host did not empty its ring in time. Look at ring size and interrupt load.", field: "rx_missed_errors");

    internal static readonly Row ReceiveFifoErrors = Rows.Counter(
        "tcpagent_device_receive_fifo_errors_total", "Packets lost to an overrun of the device's own buffer.", field: "rx_fifo_errors");

    internal static readonly Row ReceiveNoHandler = Rows.Counter(
        "tcpagent_device_receive_nohandler_total", "Packets dropped on an inactive device, or because no handler exists for their protocol or VLAN. Harmless noise in most networks.", field: "rx_nohandler");

    internal static readonly Row ReceiveMulticast = Rows.Hidden(
        "tcpagent_device_receive_multicast", "Multicast frames received, where the driver counts them.", field: "multicast");

    /// <summary>IFLA_XDP_ATTACHED: 0 none, 1 in the driver, 2 generic, 3 in the hardware, 4 several.</summary>
    internal static readonly Row XdpAttached = Rows.Hidden("tcpagent_device_xdp_attached", "How an XDP program is attached to the device.", field: "xdp");

    internal static readonly Row ReceiveDroppedOrMissed = Rows.Counter(
        "tcpagent_device_receive_dropped_or_missed_total", "Sum of dropped and missed packets, exported where no kernel interface that separates them can be read.", from: "net/dev receive drop", field: "rx_dropped + rx_missed_errors");

    internal static readonly Row TransmitBytes = Rows.Counter(
        "tcpagent_device_transmit_bytes_total", "Bytes sent by the device.", field: "tx_bytes");

    internal static readonly Row TransmitPackets = Rows.Counter(
        "tcpagent_device_transmit_packets_total", "Packets sent by the device.", field: "tx_packets");

    internal static readonly Row TransmitErrors = Rows.Counter(
        "tcpagent_device_transmit_errors_total", "Packets the device failed to send: sum of aborted, carrier, ring and driver errors.", field: "tx_errors");

    internal static readonly Row TransmitDropped = Rows.Counter(
        "tcpagent_device_transmit_dropped_total", "Outgoing packets dropped by the device or driver. Excludes drops of the qdisc.", field: "tx_dropped");

    internal static readonly Row Promiscuous = Rows.Gauge(
        "tcpagent_device_promiscuous", "1 while the device takes all packets it sees, for a capture or as the port of a bridge.", field: "promiscuity");

    internal static readonly Row TransmitQueueLength = Rows.Gauge(
        "tcpagent_device_transmit_queue_length", "Configured length of the device's transmit queue in packets.", field: "tx_queue_len");

    // What /proc/net/dev has besides, in its sums (net/core/net-procfs.c, dev_seq_printf_stats).
    internal static readonly Row ReceiveFrameErrors = Rows.Hidden("tcpagent_device_receive_frame_errors", "Packets with a bad length, frame or checksum, or that overran the ring.", field: "frame");

    internal static readonly Row ReceiveCompressed = Rows.Hidden("tcpagent_device_receive_compressed", "Compressed packets received.", field: "rx_compressed");

    internal static readonly Row TransmitFifoErrors = Rows.Hidden("tcpagent_device_transmit_fifo_errors", "Packets lost to an underrun of the device's own buffer.", field: "tx_fifo_errors");

    internal static readonly Row TransmitCollisions = Rows.Hidden("tcpagent_device_transmit_collisions", "Collisions while sending.", field: "collisions");

    internal static readonly Row TransmitCarrierErrors = Rows.Hidden("tcpagent_device_transmit_carrier_errors", "Packets not sent because the carrier was lost, the send aborted, or the window was missed.", field: "carrier");

    internal static readonly Row TransmitCompressed = Rows.Hidden("tcpagent_device_transmit_compressed", "Compressed packets sent.", field: "tx_compressed");

    internal static readonly Rows CountRows = new();

    internal static readonly Row Omitted = CountRows.Gauge("tcpagent_devices_omitted", "Devices that are not exported because there are more than 512. Devices that lost something or have a driver are exported first, and the sums of drops include all.");

    internal static readonly Row VethsToElsewhere = CountRows.Hidden(
        "tcpagent_devices_veth_elsewhere", "Veth devices whose other end is in another network namespace.");

    readonly IDeviceReader? _netlink;
    readonly ProcDevices _proc;
    bool _netlinkWorks;
    int _unjudged;

    /// <param name="root">Where net/dev and sysfs are.</param>
    /// <param name="netlink">Null when netlink would answer for another kernel than the one behind <paramref name="root"/>.</param>
    internal Devices(KernelRoot root, IDeviceReader? netlink)
        : base("devices", Rows, CountRows)
    {
        _netlink = netlink;
        _proc = new ProcDevices(root);
        Mode = "rtnetlink";
    }

    internal override bool HasFallback => true;

    internal override long Unjudged => _unjudged;

    internal override ReadStatus Read(in Tick tick)
    {
        // After a failure netlink is retried on slow ticks only.
        _netlinkWorks |= tick.IsSlow;
        if (_netlink is not null && _netlinkWorks)
        {
            var status = Read(_netlink, tick);
            if (status.Outcome == Outcome.Ok)
                return status;
            _netlinkWorks = false;
        }
        return Read(_proc, tick);
    }

    ReadStatus Read(IDeviceReader reader, in Tick tick)
    {
        Withdraw();
        var status = reader.Read(this[Rows], tick, out _unjudged);
        Mode = reader.Mode;
        if (status.Outcome is Outcome.Failed or Outcome.Absent)
            Withdraw();
        else
        {
            this[CountRows][Omitted] = this[Rows].HideBeyond(MaxDevices) + _unjudged;
            this[CountRows][VethsToElsewhere] = reader.VethsToElsewhere;
        }
        if (status.Line != 0)
            Malformed++;
        return status;
    }

    internal override void Reopen()
    {
        _netlink?.Reopen();
        _proc.Reopen();
    }

    public override void Dispose()
    {
        _netlink?.Dispose();
        _proc.Dispose();
        base.Dispose();
    }
}
