using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using static TcpAgent.Metrics.Metric;

namespace TcpAgent.Sources;

/// <summary>
/// Root queueing disciplines of the devices of this namespace, which hold the totals of all below them. Their drops are in no
/// device counter.
/// </summary>
sealed class Qdiscs : Source
{
    internal static readonly Metric[] Rows =
    [
        Gauge("", "qlen", "tcpagent_qdisc_queue_packets", "Packets that wait to be sent."),
        Gauge("", "backlog", "tcpagent_qdisc_queue_bytes", "Bytes that wait to be sent."),
        Gauge("", "limit packets", "tcpagent_qdisc_limit_packets", "Most packets that may wait, where the discipline counts packets and tells.", origin: "TCA_OPTIONS"),
        Gauge("", "limit bytes", "tcpagent_qdisc_limit_bytes", "Most bytes that may wait, where the discipline counts bytes and tells.", origin: "TCA_OPTIONS"),
        Counter("", "packets", "tcpagent_qdisc_sent_packets_total", "Packets sent through the discipline.", origin: "gnet_stats_basic packets"),
        Counter("", "bytes", "tcpagent_qdisc_sent_bytes_total", "Bytes sent through the discipline.", origin: "gnet_stats_basic bytes"),
        Counter("", "drops", "tcpagent_qdisc_dropped_total", "Packets dropped by the discipline: the queue was full, or it holds delay down on purpose. The device's transmit drops do not have them.", origin: "gnet_stats_queue drops"),
        Counter("", "requeues", "tcpagent_qdisc_requeues_total", "Packets put back because the device could not take them.", origin: "gnet_stats_queue requeues"),
        Counter("", "overlimits", "tcpagent_qdisc_overlimits_total", "Times a shaper held a packet back to keep its rate.", origin: "gnet_stats_queue overlimits"),
    ];

    internal static readonly Metric[] CountRows =
    [
        Gauge("", "", "tcpagent_qdiscs_omitted", "Root disciplines left out because there are more than 512."),
    ];

    const int Length = 0, LengthBytes = 1, LimitPackets = 2, LimitBytes = 3, Packets = 4, Bytes = 5, Drops = 6, Requeues = 7, Overlimits = 8;

    /// <summary>u32 counters of one discipline.</summary>
    const int Cells = 4;

    /// <summary>What is known of a discipline besides its counters.</summary>
    sealed record Known(byte[] Device, byte[] Kind, byte[] Key, int Cell)
    {
        /// <summary>It, or one below it, drops before it is full to hold delay down.</summary>
        internal bool DropsEarly { get; set; }
    }

    readonly NetlinkDump? _dump;
    readonly LinkNames? _links;
    readonly byte[] _request = TrafficControl.Request();
    readonly Block _block;
    readonly CounterWidener _widener = new();
    readonly Dictionary<(int Index, uint Handle), Known> _known = [];
    int _learned;

    /// <param name="dump">Null where rtnetlink would speak of another kernel than the files do.</param>
    /// <param name="links">Names of the devices.</param>
    internal Qdiscs(NetlinkDump? dump, LinkNames? links)
        : base("qdisc", new Block(Rows, "device,kind"), new Block(CountRows))
    {
        (_dump, _links, _block, Mode) = (dump, links, Blocks[0], "rtnetlink");
    }

    internal override ReadStatus Read(in Tick tick)
    {
        Withdraw();
        if (_dump is null || _links is null)
            return ReadStatus.Absent;
        var errno = _links.Refresh(tick.Slow);
        var complete = errno == 0 && ReadAll(out errno);
        if (errno == 0 && !complete && (errno = _links.Read()) == 0)
            ReadAll(out errno);
        if (errno == 0)
            return ReadStatus.Ok;
        Withdraw();
        return ReadStatus.Failed("rtnetlink", errno);
    }

    /// <summary>Its drops say that a queue was full, and nothing else.</summary>
    internal bool DropsOnlyAtLimit(byte[]? key)
    {
        foreach (var known in _known.Values)
            if (ReferenceEquals(known.Key, key))
                return !known.DropsEarly;
        return false;
    }

    /// <summary>False when an index had no name yet or the table changed meanwhile.</summary>
    bool ReadAll(out int errno)
    {
        Withdraw();
        var (complete, omitted) = (true, 0L);
        Known? root = null;
        var rootIndex = 0;
        _dump!.Begin(_request);
        while (_dump.TryRead(out var type, out var payload))
        {
            if (!TrafficControl.TryRead(type, payload, out var row))
                continue;

            // Below the root of a device with many queues stand the disciplines that do drop.
            if (!row.IsRoot && root is not null && row.Index == rootIndex)
                root.DropsEarly |= !IsClassless(root.Kind) && IsEarly(row.Kind);
            if (!row.IsRoot || row.Kind.SequenceEqual("noqueue"u8) || row.Drops == Absent)
                continue;
            if (!_links!.TryGet(row.Index, out var link))
                complete = false;
            else if (_block.Count >= Devices.MaxDevices)
                omitted++;
            else
                (root, rootIndex) = (Store(row, link), row.Index);
        }
        errno = _dump.Errno;
        Blocks[1].Slot(0) = omitted;
        return complete && !_dump.Interrupted;
    }

    Known Store(in QdiscRow row, LinkName link)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, (row.Index, row.Handle), out _);
        if (known is null || !row.Kind.SequenceEqual(known.Kind) || !link.Name.AsSpan().SequenceEqual(known.Device))
            known = Learn(row.Kind, link);
        var slots = _block.Add(known.Key);
        slots[Length] = row.QueuePackets;
        slots[LengthBytes] = row.QueueBytes;
        slots[LimitPackets] = row.Kind.SequenceEqual("pfifo_fast"u8) ? link.QueueLength : row.LimitPackets;
        slots[LimitBytes] = row.LimitBytes;
        slots[Packets] = row.HasPackets64 ? row.Packets : Widen(known, 0, row.Packets);
        slots[Bytes] = row.Bytes;
        slots[Drops] = Widen(known, 1, row.Drops);
        slots[Requeues] = Widen(known, 2, row.Requeues);
        slots[Overlimits] = Widen(known, 3, row.Overlimits);
        return known;
    }

    long Widen(Known known, int cell, long value) => value == Absent ? Absent : _widener.Widen(known.Cell + cell, (ulong)value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    Known Learn(ReadOnlySpan<byte> kind, LinkName link)
    {
        var key = Label.Render(("device", System.Text.Encoding.UTF8.GetString(link.Name)), ("kind", System.Text.Encoding.UTF8.GetString(kind)));
        return new Known(link.Name, kind.ToArray(), key, Cells * _learned++) { DropsEarly = IsEarly(kind) };
    }

    /// <summary>Disciplines that have one queue of their own, whatever stands below them.</summary>
    static bool IsClassless(ReadOnlySpan<byte> kind) => kind.SequenceEqual("tbf"u8);

    /// <summary>All but those known to drop at the tail only.</summary>
    static bool IsEarly(ReadOnlySpan<byte> kind) =>
        !(kind.SequenceEqual("pfifo_fast"u8) || kind.SequenceEqual("pfifo"u8) || kind.SequenceEqual("bfifo"u8) || kind.SequenceEqual("tbf"u8)
          || kind.SequenceEqual("htb"u8) || kind.SequenceEqual("prio"u8) || kind.SequenceEqual("mq"u8) || kind.SequenceEqual("mqprio"u8));

    internal override void Reopen()
    {
        _dump?.Close();
        _links?.Reopen();
        _known.Clear();
    }

    public override void Dispose()
    {
        _dump?.Dispose();
        _links?.Dispose();
        base.Dispose();
    }
}
