using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>Reads counters by RTM_GETSTATS at each tick. The reply has only indices, so names come from <see cref="LinkNames"/>.</summary>
sealed class NetlinkDevices(NetlinkDump dump, LinkNames links) : IDeviceReader
{
    // The sums of /proc/net/dev (net/core/net-procfs.c, dev_seq_printf_stats).
    static readonly LinkStat[] s_frameErrors =
        [LinkStat.rx_length_errors, LinkStat.rx_over_errors, LinkStat.rx_crc_errors, LinkStat.rx_frame_errors];

    static readonly LinkStat[] s_carrierErrors =
        [LinkStat.tx_carrier_errors, LinkStat.tx_aborted_errors, LinkStat.tx_window_errors, LinkStat.tx_heartbeat_errors];

    readonly byte[] _request = Link.StatsRequest();
    long _dumps;

    public string Mode => "rtnetlink";

    public long VethsToElsewhere => links.VethsToElsewhere;

    public ReadStatus Read(Table table, in Tick tick, out int unjudged)
    {
        unjudged = 0;
        var errno = links.Refresh(tick);
        var complete = errno == 0 && ReadStats(table, out unjudged, out errno);
        if (errno == 0 && !complete && (errno = links.Read()) == 0)
            ReadStats(table, out unjudged, out errno);
        return errno == 0 ? ReadStatus.Ok : ReadStatus.Failed("rtnetlink", errno);
    }

    /// <summary>
    /// Returns false when an index had no name yet. It skips a device that an interrupted dump shows again, because that would duplicate a
    /// series.
    /// </summary>
    bool ReadStats(Table table, out int unjudged, out int errno)
    {
        table.Withdraw();
        unjudged = 0;
        _dumps++;
        var complete = true;
        dump.Begin(_request);
        while (dump.TryRead(out var type, out var payload))
        {
            if (!Link.TryReadStats(type, payload, out var index, out var stats))
                continue;
            if (!links.TryGet(index, out var device))
                complete = false;
            else if (table.Count >= Devices.MaxJudged)
                unjudged++;
            else if (device.CountedIn != _dumps)
            {
                device.CountedIn = _dumps;
                Store(table.Add(device), device, stats);
            }
        }
        errno = dump.Errno;
        return complete && !dump.Interrupted;
    }

    static void Store(Slots slots, LinkName device, ReadOnlySpan<byte> stats)
    {
        slots[Devices.ReceiveBytes] = Link.Stat(stats, LinkStat.rx_bytes);
        slots[Devices.ReceivePackets] = Link.Stat(stats, LinkStat.rx_packets);
        slots[Devices.ReceiveErrors] = Link.Stat(stats, LinkStat.rx_errors);
        slots[Devices.ReceiveDropped] = Link.Stat(stats, LinkStat.rx_dropped);
        slots[Devices.ReceiveMissed] = Link.Stat(stats, LinkStat.rx_missed_errors);
        slots[Devices.ReceiveFifoErrors] = Link.Stat(stats, LinkStat.rx_fifo_errors);
        slots[Devices.ReceiveNoHandler] = Link.Stat(stats, LinkStat.rx_nohandler);
        slots[Devices.ReceiveMulticast] = Link.Stat(stats, LinkStat.multicast);
        slots[Devices.TransmitBytes] = Link.Stat(stats, LinkStat.tx_bytes);
        slots[Devices.TransmitPackets] = Link.Stat(stats, LinkStat.tx_packets);
        slots[Devices.TransmitErrors] = Link.Stat(stats, LinkStat.tx_errors);
        slots[Devices.TransmitDropped] = Link.Stat(stats, LinkStat.tx_dropped);
        slots[Devices.ReceiveFrameErrors] = Sum(stats, s_frameErrors);
        slots[Devices.ReceiveCompressed] = Link.Stat(stats, LinkStat.rx_compressed);
        slots[Devices.TransmitFifoErrors] = Link.Stat(stats, LinkStat.tx_fifo_errors);
        slots[Devices.TransmitCollisions] = Link.Stat(stats, LinkStat.collisions);
        slots[Devices.TransmitCarrierErrors] = Sum(stats, s_carrierErrors);
        slots[Devices.TransmitCompressed] = Link.Stat(stats, LinkStat.tx_compressed);
        slots[Devices.Promiscuous] = device.Promiscuity > 0 ? 1 : device.Promiscuity;
        slots[Devices.TransmitQueueLength] = device.QueueLength;
        slots[Devices.XdpAttached] = device.Xdp;
        device.Note(
            slots[Devices.ReceiveMissed], slots[Devices.ReceiveFifoErrors], slots[Devices.ReceiveDropped], slots[Devices.TransmitDropped]);
    }

    static long Sum(ReadOnlySpan<byte> stats, ReadOnlySpan<LinkStat> terms)
    {
        var sum = 0L;
        foreach (var term in terms)
        {
            if (Link.Stat(stats, term) is not (>= 0 and var value))
                return KernelValue.Absent;
            sum += value;
        }
        return sum;
    }

    public void Reopen()
    {
        dump.Close();
        links.Reopen();
    }

    public void Dispose()
    {
        links.Dispose();
        dump.Dispose();
    }
}
