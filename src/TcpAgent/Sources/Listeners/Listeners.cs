using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>
/// Listening sockets with their accept queues, at every tick: a dump of LISTEN alone costs microseconds whatever the number of
/// connections. What only the walk of all sockets can tell is added when it comes.
/// </summary>
sealed class Listeners : Source
{
    internal static readonly Rows Rows = new("address", "port");

    internal static readonly Row Length = Rows.Gauge(
        "tcpagent_listener_accept_queue_length", "Connections complete and waiting for the application to accept them.", from: "inet_diag rqueue");

    internal static readonly Row Limit = Rows.Gauge(
        "tcpagent_listener_accept_queue_limit", "Connections that may wait: the backlog that the application gave to listen(), capped at the somaxconn in force at that moment. The queue is full when it is longer.", from: "inet_diag wqueue");

    internal static readonly Row Peak = Rows.Gauge(
        "tcpagent_listener_accept_queue_peak", "Longest accept queue seen within the peak window (--sample.peak-window, 60s by default).", from: "inet_diag rqueue");

    internal static readonly Row Fullest = Rows.Gauge(
        "tcpagent_listener_accept_queue_fullest", "Longest queue of a single socket, where several share the address and port by SO_REUSEPORT. Far above the mean means one stuck worker.", from: "inet_diag rqueue");

    internal static readonly Row SocketsOfOne = Rows.Gauge(
        "tcpagent_listener_sockets", "Sockets that share the address and port by SO_REUSEPORT; not exported where there is one.", from: "inet_diag");

    internal static readonly Row Drops = Rows.Counter(
        "tcpagent_listener_drops_total", "Packets dropped at this listener: SYNs and final handshake ACKs that found no room in the accept queue, the SYN queue or memory, and stray packets such as the reset of a half-open connection. An ACK dropped at a full accept queue counts twice.", from: "sk_drops");

    internal static readonly Row RecentDrops = Rows.Hidden("tcpagent_listener_recent_drops", "Of these the ones within the peak window.");

    internal static readonly Row SynRecv = Rows.Gauge(
        "tcpagent_listener_syn_recv", "Half-open connections of this listener, as of the last walk. Their limit is the listener's accept queue limit.", from: "inet_diag SYN_RECV");

    internal static readonly Row Retried = Rows.Hidden("tcpagent_listener_retried", "Of these the ones whose SYN-ACK was sent again.");

    internal static readonly Row RetriedSources = Rows.Hidden("tcpagent_listener_retried_sources", "Addresses that they come from, told apart up to 64.");

    internal static readonly Row Deferred = Rows.Hidden("tcpagent_listener_deferred", "Half-open connections whose SYN-ACK was answered and which wait for data (TCP_DEFER_ACCEPT).");

    internal static readonly Row HasOverflowed = Rows.Hidden("tcpagent_listener_has_overflowed", "1 when it dropped something for a full queue within the peak window.");

    internal static readonly Row Abandoned = Rows.Gauge(
        "tcpagent_listener_abandoned_connections", "Waiting connections whose peer has already closed: clients gave up before the application accepted. Only while the queue is not empty.", from: "inet_diag CLOSE_WAIT, inode 0");

    internal static readonly Row OldestWait = Rows.Gauge(
        "tcpagent_listener_oldest_wait_seconds", "How long the oldest of the waiting connections has waited to be accepted. Only while the queue is not empty.", Scale.Milliseconds, from: "tcpi_last_data_sent");

    internal static readonly Row IsLate = Rows.Hidden("tcpagent_listener_late", "1 while its connections wait so long that it harms.");

    internal static readonly Row RecentLate = Rows.Hidden(
        "tcpagent_listener_recent_late_connections", "Most that had waited longer than a second at once, while that did harm, within the peak window.");

    internal static readonly Row RecentWait = Rows.Hidden("tcpagent_listener_recent_wait", "Milliseconds that the oldest of them had waited.");

    internal static readonly Rows CountRows = new();

    internal static readonly Row Count = CountRows.Gauge("tcpagent_listeners", "Addresses and ports that are listened on.");

    internal static readonly Row Omitted = CountRows.Gauge(
        "tcpagent_listeners_omitted", "Of these the ones left out above --listeners.max; the busiest are kept.");

    internal static readonly Row Unattributed = CountRows.Gauge(
        "tcpagent_listener_drops_unattributed", "The host's listen drops less those of all listeners seen, open or closed since: drops from before the agent started, or at listeners too short-lived to be seen. Below zero by the stray packets that only the listeners count.", from: "TcpExt.ListenDrops less sk_drops");

    const string Where = "sock_diag";

    readonly NetlinkDump? _dump;
    readonly ListenerTable _followed;
    readonly ListenerTable _walked;
    readonly AcceptWaits? _waits;
    readonly SlotRef _listenDrops;
    readonly ListenerWatch _watch;
    readonly ListenerRanking _ranking;
    readonly byte[] _request = SockDiag.Request(SockDiag.ListenState, SockDiag.WithMemory);
    ParseResult _lastDump;
    bool _byWalk;
    int _errno;
    bool _isKnown;
    bool _isLost;

    /// <param name="dump">Null where sock_diag would speak of another kernel; then the walk brings the listeners.</param>
    /// <param name="waits">Looks at the connections that wait; null without sock_diag.</param>
    /// <param name="snmp">Has the host's PassiveOpens.</param>
    /// <param name="netstat">Has the host's ListenDrops.</param>
    /// <param name="options">Peak window and the number of listeners exported.</param>
    /// <param name="time">The sampler's clock.</param>
    internal Listeners(NetlinkDump? dump, AcceptWaits? waits, Source snmp, Source netstat, SamplingOptions options, TimeProvider time)
        : base("listeners", Rows, CountRows, HandshakeRows.Rows)
    {
        (_dump, _waits, _ranking, _byWalk) = (dump, waits, new ListenerRanking(options.MaxListeners), dump is null);
        _followed = new ListenerTable(options.PeakWindow, time);
        _walked = new ListenerTable(options.PeakWindow, time);
        _listenDrops = new SlotRef(netstat[NetstatRows.Rows], NetstatRows.ListenDrops);
        _watch = new ListenerWatch(snmp, netstat, options.PeakWindow, time);
        Mode = dump is null ? "procfs" : Where;
    }

    /// <summary>
    /// The two interfaces name sockets differently, so each has a table of its own: what one followed stays for when it can be
    /// used again.
    /// </summary>
    ListenerTable Table => _byWalk ? _walked : _followed;

    /// <summary>Listening sockets at this tick, or <see cref="KernelValue.Absent"/> while only the walk knows.</summary>
    internal long SocketCount => _byWalk ? Absent : _followed.Sockets;

    /// <summary>All that are listened on, exported or not.</summary>
    internal Dictionary<Endpoint, Listener>.ValueCollection Known => Table.Listeners;

    /// <summary>The listener whose accept queue overflowed since the tick before; null when none did.</summary>
    internal Listener? Overflowed { get; private set; }

    internal override bool HasFallback => true;

    internal override ReadStatus Read(in Tick tick)
    {
        if (_dump is null)
            return _isLost ? ReadStatus.Absent : ReadStatus.Ok;
        var wasByWalk = _byWalk;

        // A single failure may be a passing one (ENOBUFS): what is tried a second time has a new socket.
        if (!wasByWalk || tick.IsSlow)
            _errno = ReadListeners(tick) == 0 ? 0 : ReadListeners(tick);
        _byWalk = _errno != 0;
        Mode = _byWalk ? "procfs" : Where;
        if (_byWalk)
            return StandIn(isNew: !wasByWalk);
        _isKnown = true;
        _waits?.Look(_followed);
        Malformed += _lastDump.Dropped;
        return _lastDump.Dropped == 0 ? ReadStatus.Ok : ReadStatus.Malformed(Where, _lastDump.Line);
    }

    /// <summary>
    /// The walk of this tick may bring the listeners; the next tick can tell. It may be switched off or fail too, and one that
    /// sock_diag is still good for tells of none.
    /// </summary>
    ReadStatus StandIn(bool isNew)
    {
        if (isNew)
            Lose();
        if (isNew || _isKnown)
            return ReadStatus.Ok;
        Withdraw();
        return ReadStatus.Failed(Where, _errno);
    }

    int ReadListeners(in Tick tick)
    {
        _followed.Begin();
        _lastDump = default;
        _dump!.Begin(_request);
        for (var number = 1; _dump.TryRead(out var type, out var payload); number++)
        {
            if (SockDiag.TryRead(type, payload, out var row))
                _followed.Add(new ListenRow(row.Local, row.Cookie, row.ReceiveQueue, row.SendQueue, row.Drops));
            else
                _lastDump = _lastDump.And(number);
        }
        if (_dump.Errno == 0)
            _followed.End(tick.Timestamp);
        return _dump.Errno;
    }

    /// <summary>Takes what the last walk of all sockets found, before Derive.</summary>
    internal void Observe(in Tick tick, SocketCensus census)
    {
        // Only a walk of /proc/net/tcp tells of listeners, and it is always complete.
        if (_byWalk && census.IsComplete)
        {
            _walked.Begin();
            foreach (var row in census.Listeners)
                _walked.Add(row);
            _walked.End(tick.Timestamp);
            (_isKnown, _isLost) = (true, false);
        }
        foreach (var listener in Table.Listeners)
            listener.BeginWalk();
        foreach (var (local, count) in census.SynRecv)
            if (Table.For(local) is { } listener)
                listener.SynRecv += count;
        foreach (var (local, signs) in census.HalfOpen)
            if (Table.For(local) is { } listener)
                listener.HalfOpen = listener.HalfOpen.And(signs);
        foreach (var (local, count) in census.Abandoned)
            if (Table.For(local) is { } listener)
                listener.Abandoned += count;
    }

    /// <summary>What the walks found is no longer so: the last one failed.</summary>
    internal void Lose()
    {
        if (!_byWalk)
            return;
        _walked.Clear();
        (_isKnown, _isLost) = (false, true);
    }

    internal override void Derive(in Tick tick)
    {
        Withdraw();
        Overflowed = _watch.Judge(tick, Known);
        _watch.Fill(this[HandshakeRows.Rows][0]);
        if (!_isKnown)
            return;
        var exported = _ranking.Choose(Table);
        foreach (var listener in exported)
            Fill(listener, this[Rows].Add(listener.Instance));
        var counts = this[CountRows][0];
        counts[Count] = Table.Count;
        counts[Omitted] = Table.Count - exported.Length;

        // Where nothing has listened yet, nothing is attributed yet.
        var attributed = Table.Drops == Absent && Table.Count == 0 && !_byWalk ? 0 : Table.Drops;
        counts[Unattributed] = _listenDrops.Value == Absent || attributed == Absent ? Absent : _listenDrops.Value - attributed;
    }

    static void Fill(Listener listener, Slots slots)
    {
        slots[Length] = listener.Length;
        slots[Limit] = listener.Limit;
        slots[Peak] = listener.Peak;
        if (listener.Limit != Absent)
            (slots[Drops], slots[RecentDrops]) = (listener.Drops, listener.RecentDrops);
        slots[SynRecv] = listener.SynRecv;
        var halfOpen = listener.HalfOpen;
        (slots[Retried], slots[RetriedSources], slots[Deferred]) = (halfOpen.Retried, halfOpen.Sources, halfOpen.Deferred);
        if (listener.Sockets > 1)
            (slots[Fullest], slots[SocketsOfOne]) = (listener.FullestLength, listener.Sockets);
        if (listener.Length > 0)
            (slots[Abandoned], slots[OldestWait]) = (listener.Abandoned, listener.OldestWait);
        (slots[HasOverflowed], slots[IsLate]) = (listener.HasOverflowed ? 1 : Absent, listener.IsLate ? 1 : Absent);
        (slots[RecentLate], slots[RecentWait]) = (listener.RecentLate, listener.RecentWait);
    }

    internal override void Reopen() => _dump?.Close();

    public override void Dispose()
    {
        _dump?.Dispose();
        _waits?.Dispose();
        base.Dispose();
    }
}
