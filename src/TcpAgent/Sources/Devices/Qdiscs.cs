using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.System;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>
/// Root qdiscs of the devices of this namespace, which hold the totals of all qdiscs below them. No device counter includes their drops.
/// </summary>
sealed class Qdiscs : Source
{
    internal static readonly Rows Rows = new("device", "kind");

    internal static readonly Row QueuePackets = Rows.Gauge("tcpagent_qdisc_queue_packets", "Packets that wait to be sent.", field: "qlen");

    internal static readonly Row QueueBytes = Rows.Gauge("tcpagent_qdisc_queue_bytes", "Bytes that wait to be sent.", field: "backlog");

    internal static readonly Row LimitPackets = Rows.Gauge(
        "tcpagent_qdisc_limit_packets", "Maximum number of packets that may wait, if the qdisc limits packets and reports it.", from: "TCA_OPTIONS", field: "limit packets");

    internal static readonly Row LimitBytes = Rows.Gauge(
        "tcpagent_qdisc_limit_bytes", "Maximum number of bytes that may wait, if the qdisc limits bytes and reports it.", from: "TCA_OPTIONS", field: "limit bytes");

    internal static readonly Row SentPackets = Rows.Counter(
        "tcpagent_qdisc_sent_packets_total", "Packets sent through the qdisc.", from: "gnet_stats_basic packets", field: "packets");

    internal static readonly Row SentBytes = Rows.Counter(
        "tcpagent_qdisc_sent_bytes_total", "Bytes sent through the qdisc.", from: "gnet_stats_basic bytes", field: "bytes");

    internal static readonly Row Dropped = Rows.Counter(
        "tcpagent_qdisc_dropped_total", "Packets dropped by the qdisc: the queue was full, or the qdisc dropped early to hold delay down. The device's transmit drops exclude them.", from: "gnet_stats_queue drops", field: "drops");

    internal static readonly Row Overlimits = Rows.Counter(
        "tcpagent_qdisc_overlimits_total", "Times a shaper held a packet back to keep its rate.", from: "gnet_stats_queue overlimits", field: "overlimits");

    internal static readonly Rows CountRows = new();

    internal static readonly Row Omitted = CountRows.Gauge(
        "tcpagent_qdiscs_omitted", "Root qdiscs that are not exported because there are more than 512. Qdiscs that dropped something are exported first, and the sums of drops include all.");

    /// <summary>What the agent remembers of a device's root qdisc besides the figures of this tick.</summary>
    sealed class Root(LinkName link, byte[] kind, uint handle, QdiscInstance instance)
    {
        internal LinkName Link { get; } = link;

        internal byte[] Kind { get; } = kind;

        internal uint Handle { get; } = handle;

        internal QdiscInstance Instance { get; } = instance;

        /// <summary>A u64, so it falls only when another qdisc of the same kind and handle has replaced this one.</summary>
        internal long Bytes { get; set; }

        internal WideCounter PacketCount;
        internal WideCounter DropCount;
        internal WideCounter OverlimitCount;
    }

    readonly NetlinkDump? _dump;
    readonly LinkNames? _links;
    readonly byte[] _request = TrafficControl.Request();
    readonly Table _table;
    readonly IngressHooks _hooks;

    /// <summary>The roots by device index; a device has one.</summary>
    readonly Roster<Root> _roots = new();

    /// <summary>Status of the last dump.</summary>
    int _unjudged, _belowZero;

    /// <param name="dump">Null where rtnetlink would answer for another kernel than the one whose files are read.</param>
    /// <param name="links">Names of the devices.</param>
    internal Qdiscs(NetlinkDump? dump, LinkNames? links)
        : base("qdisc", Rows, CountRows, IngressHooks.Rows) =>
        (_dump, _links, _table, _hooks, Mode) = (dump, links, this[Rows], new IngressHooks(this[IngressHooks.Rows]), "rtnetlink");

    internal override long Unjudged => _unjudged;

    internal override ReadStatus Read(in Tick tick)
    {
        Withdraw();
        if (_dump is null || _links is null)
            return ReadStatus.Absent;
        var errno = _links.Refresh(tick);
        var complete = errno == 0 && ReadAll(out errno);
        if (errno == 0 && !complete && (errno = _links.Read()) == 0)
            ReadAll(out errno);
        if (errno == 0)
        {
            _roots.ForgetUnvisited();
            _hooks.End();
            Malformed += _belowZero;
            return _belowZero == 0 ? ReadStatus.Ok : ReadStatus.Malformed("rtnetlink: the length of a queue is below 0", 0);
        }
        Withdraw();

        // The kernel lacks CONFIG_NET_SCHED, or a sandbox does not know the request.
        return errno == Libc.EOPNOTSUPP ? ReadStatus.Absent : ReadStatus.Failed("rtnetlink", errno);
    }

    /// <summary>False when an index had no name yet or the table changed during the dump.</summary>
    bool ReadAll(out int errno)
    {
        Withdraw();
        _roots.Begin();
        _hooks.Begin();
        var complete = true;
        (_unjudged, _belowZero) = (0, 0);
        Root? root = null;
        var rootIndex = 0;
        _dump!.Begin(_request);
        while (_dump.TryRead(out var type, out var payload))
        {
            if (!TrafficControl.TryRead(type, payload, out var row))
                continue;

            // The kernel lists a device's root first, then the qdiscs below it.
            if (!row.IsRoot && root is not null && row.Index == rootIndex && !row.IsIngress)
                TakeInChild(root, row);
            if (!(row.IsRoot || row.IsIngress) || row.Kind.SequenceEqual("noqueue"u8) || row.Drops == Absent)
                continue;
            root = row.IsIngress ? root : null;
            if (!_links!.TryGet(row.Index, out var link))
                complete = false;
            else if (row.IsIngress)
                _unjudged += _hooks.Store(row, link) ? 0 : 1;
            else if (_table.Count >= Devices.MaxJudged)
                _unjudged++;
            else
                (root, rootIndex) = (Store(row, link), row.Index);
        }
        errno = _dump.Errno;
        this[CountRows][Omitted] = _table.HideBeyond(Devices.MaxDevices) + _unjudged;
        return complete && !_dump.Interrupted;
    }

    /// <summary>Null when the dump shows a device's root twice: a duplicate series would invalidate the whole exposition.</summary>
    Root? Store(in QdiscRow row, LinkName link)
    {
        if (!_roots.TryVisit(row.Index, out var root))
            return null;
        if (root is null || !ReferenceEquals(link, root.Link) || row.Handle != root.Handle || !row.Kind.SequenceEqual(root.Kind)
            || row.Bytes < root.Bytes)
            root = Learn(row, link, root);
        (root.Bytes, root.Instance.DropsEarly) = (row.Bytes, !IsTailDrop(row.Kind));
        var slots = _table.Add(root.Instance);
        slots[QueuePackets] = AboveZero(row.QueuePackets);
        slots[QueueBytes] = AboveZero(row.QueueBytes);
        slots[LimitPackets] = row.Kind.SequenceEqual("pfifo_fast"u8) ? link.QueueLength : row.LimitPackets;
        slots[LimitBytes] = row.LimitBytes;
        slots[SentPackets] = row.HasPackets64 || row.Packets == Absent ? row.Packets : root.PacketCount.Widen((uint)row.Packets);
        slots[SentBytes] = row.Bytes;
        slots[Dropped] = root.DropCount.Widen((uint)row.Drops);
        root.Instance.Note(slots[Dropped]);
        slots[Overlimits] = root.OverlimitCount.Widen((uint)row.Overlimits);
        return root;
    }

    /// <summary>A u32 that some qdiscs let fall below 0; no real queue is half as long. An absent value stays absent.</summary>
    long AboveZero(long value)
    {
        if (value <= int.MaxValue)
            return value;
        _belowZero++;
        return Absent;
    }

    /// <summary>
    /// A root counts the drops of all qdiscs below it. tbf keeps one queue, a bfifo that the dump omits. A child that the dump does show
    /// replaces that bfifo, and its limit applies.
    /// </summary>
    void TakeInChild(Root root, in QdiscRow row)
    {
        root.Instance.DropsEarly |= !IsTailDrop(row.Kind);
        if (!row.IsChildOf(root.Handle) || !root.Kind.AsSpan().SequenceEqual("tbf"u8))
            return;
        var slots = _table[_table.Count - 1];
        (slots[LimitPackets], slots[LimitBytes]) = (row.LimitPackets, row.LimitBytes);
    }

    /// <summary>The root has changed. Only its label is kept, if that is the same.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    Root Learn(in QdiscRow row, LinkName link, Root? before)
    {
        var instance = before is not null && ReferenceEquals(link, before.Link) && row.Kind.SequenceEqual(before.Kind) ? before.Instance
            : new QdiscInstance(link.Subject, Label.Text(row.Kind));
        return _roots.Remember(row.Index, new Root(link, row.Kind.ToArray(), row.Handle, instance));
    }

    /// <summary>
    /// True for a kind that drops only when it is full. False for kinds that drop early to hold delay down, and for unknown kinds.
    /// </summary>
    static bool IsTailDrop(ReadOnlySpan<byte> kind) =>
        kind.SequenceEqual("pfifo_fast"u8) || kind.SequenceEqual("pfifo"u8) || kind.SequenceEqual("bfifo"u8)
            || kind.SequenceEqual("pfifo_head_drop"u8)
        || kind.SequenceEqual("tbf"u8) || kind.SequenceEqual("htb"u8) || kind.SequenceEqual("hfsc"u8) || kind.SequenceEqual("prio"u8)
        || kind.SequenceEqual("multiq"u8) || kind.SequenceEqual("drr"u8) || kind.SequenceEqual("ets"u8) || kind.SequenceEqual("mq"u8)
        || kind.SequenceEqual("mqprio"u8) || kind.SequenceEqual("noop"u8);

    internal override void Reopen()
    {
        _dump?.Close();
        _links?.Reopen();
        _roots.Clear();
        _hooks.Clear();
    }

    public override void Dispose()
    {
        _dump?.Dispose();
        _links?.Dispose();
        base.Dispose();
    }
}
