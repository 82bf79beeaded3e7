using TcpAgent.Kernel;
using TcpAgent.Metrics;
using static TcpAgent.Metrics.Metric;

namespace TcpAgent.Sources;

/// <summary>
/// Network devices of this namespace. rtnetlink keeps apart what /proc/net/dev merges; where it cannot be used, net/dev with
/// what sysfs adds to it.
/// </summary>
sealed class Devices : Source
{
    /// <summary>Devices exported; a host with more is a container host whose veth pairs say little one by one.</summary>
    internal const int MaxDevices = 512;

    // include/uapi/linux/if_link.h, struct rtnl_link_stats64; in the order of DeviceSlot
    internal static readonly Metric[] Rows =
    [
        Counter("", "rx_bytes", "tcpagent_device_receive_bytes_total", "Bytes received by the device."),
        Counter("", "rx_packets", "tcpagent_device_receive_packets_total", "Packets received by the device."),
        Counter("", "rx_errors", "tcpagent_device_receive_errors_total", "Bad packets received: length, checksum, framing, ring or driver errors together."),
        Counter("", "rx_dropped", "tcpagent_device_receive_dropped_total", "Packets received but not processed, without those the device missed and those nobody handled. Some drivers count missed ones here."),
        Counter("", "rx_missed_errors", "tcpagent_device_receive_missed_total", "Packets the device dropped because the host did not empty its ring in time. Look at ring size and interrupt load."),
        Counter("", "rx_fifo_errors", "tcpagent_device_receive_fifo_errors_total", "Packets lost to an overrun of the device's own buffer."),
        Counter("", "rx_nohandler", "tcpagent_device_receive_nohandler_total", "Packets dropped on an inactive device or because nobody handles their protocol or VLAN. Harmless noise in most networks."),
        Counter("", "rx_dropped + rx_missed_errors", "tcpagent_device_receive_dropped_or_missed_total", "Dropped and missed packets in one number, where the kernel's interfaces that tell them apart cannot be read.", origin: "net/dev receive drop"),
        Counter("", "tx_bytes", "tcpagent_device_transmit_bytes_total", "Bytes sent by the device."),
        Counter("", "tx_packets", "tcpagent_device_transmit_packets_total", "Packets sent by the device."),
        Counter("", "tx_errors", "tcpagent_device_transmit_errors_total", "Packets the device failed to send: aborted, no carrier, ring or driver errors together."),
        Counter("", "tx_dropped", "tcpagent_device_transmit_dropped_total", "Packets dropped on their way out by the device or driver. Drops of the queueing discipline are not among them."),
        Gauge("", "promiscuity", "tcpagent_device_promiscuous", "1 while the device takes all packets it sees, for a capture or as the port of a bridge."),
        Gauge("", "tx_queue_len", "tcpagent_device_transmit_queue_length", "Configured length of the device's transmit queue in packets."),
    ];

    internal static readonly Metric[] CountRows =
    [
        Gauge("", "", "tcpagent_devices_omitted", "Devices left out because there are more than 512."),
    ];

    readonly IDeviceReader? _netlink;
    readonly ProcDevices _proc;
    bool _netlinkWorks;

    /// <param name="root">Where net/dev and sysfs are.</param>
    /// <param name="netlink">Null when netlink would speak of another kernel than <paramref name="root"/> does.</param>
    internal Devices(KernelRoot root, IDeviceReader? netlink)
        : base("devices", new Table(Rows, "device"), new Table(CountRows))
    {
        _netlink = netlink;
        _proc = new ProcDevices(root);
        Mode = "rtnetlink";
    }

    internal override bool HasFallback => true;

    internal override ReadStatus Read(in Tick tick)
    {
        // After a failure netlink is tried again with each slow tick, not at each.
        _netlinkWorks |= tick.Slow;
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
        var status = reader.Read(Tables[0], tick, out var omitted);
        Mode = reader.Mode;
        if (status.Outcome is Outcome.Failed or Outcome.Absent)
            Withdraw();
        else
            Tables[1].Slot(0) = omitted;
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
