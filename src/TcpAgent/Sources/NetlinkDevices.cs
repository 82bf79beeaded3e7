using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Counters by RTM_GETSTATS at each tick. It names devices by index only: names and flags are cached from RTM_GETLINK and read
/// again when the kernel announces a change of any link, when an unknown index turns up, and on the slow lane.
/// </summary>
sealed class NetlinkDevices(NetlinkDump dump, Func<INetlinkTransport?> listen) : IDeviceReader
{
    sealed record Device(byte[] Name, byte[] Key)
    {
        internal long QueueLength { get; set; }

        internal long Promiscuity { get; set; }

        internal bool Seen { get; set; }
    }

    readonly byte[] _linkRequest = Link.LinkRequest();
    readonly byte[] _statsRequest = Link.StatsRequest();
    readonly byte[] _notification = new byte[NetlinkDump.BufferLength];
    readonly Dictionary<int, Device> _devices = [];
    INetlinkTransport? _links;

    internal static NetlinkDevices Live() => new(NetlinkDump.For(NetlinkSocket.NETLINK_ROUTE), static () =>
    {
        NetlinkSocket.Open(NetlinkSocket.NETLINK_ROUTE, NetlinkSocket.RTMGRP_LINK, out var socket);
        return socket;
    });

    public string Mode => "rtnetlink";

    public ReadStatus Read(Block block, in Tick tick, out int omitted)
    {
        omitted = 0;
        var errno = 0;
        if (LinksChanged() || tick.Slow || _devices.Count == 0)
            errno = ReadLinks();
        var complete = errno == 0 && ReadStats(block, out omitted, out errno);
        if (errno == 0 && !complete && (errno = ReadLinks()) == 0)
            ReadStats(block, out omitted, out errno);
        return errno == 0 ? ReadStatus.Ok : ReadStatus.Failed("rtnetlink", errno);
    }

    /// <summary>Whether the kernel announced anything since last time; a lost announcement (ENOBUFS) is one too.</summary>
    bool LinksChanged()
    {
        // What changed before this socket listened was announced to nobody.
        var changed = _links is null;
        _links ??= listen();
        if (_links is null)
            return true;
        while (true)
        {
            var errno = _links.Receive(_notification, wait: false, out _);
            if (errno == Libc.EAGAIN)
                return changed;
            changed = true;
            if (errno is not 0 and not Libc.ENOBUFS)
            {
                _links.Dispose();
                _links = null;
                return true;
            }
        }
    }

    /// <summary>An interrupted dump may show a name twice or not at all; one more settles it.</summary>
    int ReadLinks()
    {
        var errno = ReadLinksOnce();
        return errno == 0 && dump.Interrupted ? ReadLinksOnce() : errno;
    }

    int ReadLinksOnce()
    {
        foreach (var device in _devices.Values)
            device.Seen = false;
        dump.Begin(_linkRequest);
        while (dump.TryRead(out var type, out var payload))
        {
            if (!Link.TryReadLink(type, payload, out var index, out var name, out var queueLength, out var promiscuity))
                continue;
            if (!_devices.TryGetValue(index, out var device) || !name.SequenceEqual(device.Name))
                device = Learn(index, name);
            (device.QueueLength, device.Promiscuity, device.Seen) = (queueLength, promiscuity, true);
        }
        if (dump.Errno == 0)
            ForgetUnseen();
        return dump.Errno;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    Device Learn(int index, ReadOnlySpan<byte> name) => _devices[index] = new Device(name.ToArray(), Label.Render("device", name));

    void ForgetUnseen()
    {
        foreach (var (index, device) in _devices)
            if (!device.Seen)
                _devices.Remove(index);
    }

    /// <summary>False when an index had no name yet.</summary>
    bool ReadStats(Block block, out int omitted, out int errno)
    {
        block.Withdraw();
        omitted = 0;
        var complete = true;
        dump.Begin(_statsRequest);
        while (dump.TryRead(out var type, out var payload))
        {
            if (!Link.TryReadStats(type, payload, out var index, out var stats))
                continue;
            if (!_devices.TryGetValue(index, out var device))
                complete = false;
            else if (block.Count >= Devices.MaxDevices)
                omitted++;
            else
                Store(block.Add(device.Key), device, stats);
        }
        errno = dump.Errno;
        return complete && !dump.Interrupted;
    }

    static void Store(Span<long> slots, Device device, ReadOnlySpan<byte> stats)
    {
        slots[(int)DeviceSlot.ReceiveBytes] = Link.Stat(stats, LinkStat.rx_bytes);
        slots[(int)DeviceSlot.ReceivePackets] = Link.Stat(stats, LinkStat.rx_packets);
        slots[(int)DeviceSlot.ReceiveErrors] = Link.Stat(stats, LinkStat.rx_errors);
        slots[(int)DeviceSlot.ReceiveDropped] = Link.Stat(stats, LinkStat.rx_dropped);
        slots[(int)DeviceSlot.ReceiveMissed] = Link.Stat(stats, LinkStat.rx_missed_errors);
        slots[(int)DeviceSlot.ReceiveFifoErrors] = Link.Stat(stats, LinkStat.rx_fifo_errors);
        slots[(int)DeviceSlot.ReceiveNoHandler] = Link.Stat(stats, LinkStat.rx_nohandler);
        slots[(int)DeviceSlot.TransmitBytes] = Link.Stat(stats, LinkStat.tx_bytes);
        slots[(int)DeviceSlot.TransmitPackets] = Link.Stat(stats, LinkStat.tx_packets);
        slots[(int)DeviceSlot.TransmitErrors] = Link.Stat(stats, LinkStat.tx_errors);
        slots[(int)DeviceSlot.TransmitDropped] = Link.Stat(stats, LinkStat.tx_dropped);
        slots[(int)DeviceSlot.Promiscuous] = device.Promiscuity > 0 ? 1 : device.Promiscuity;
        slots[(int)DeviceSlot.TransmitQueueLength] = device.QueueLength;
    }

    public void Reopen()
    {
        dump.Close();
        _links?.Dispose();
        _links = null;
        _devices.Clear();
    }

    public void Dispose()
    {
        Reopen();
        dump.Dispose();
    }
}
