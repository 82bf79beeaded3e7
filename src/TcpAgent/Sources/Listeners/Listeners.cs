using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>
/// Listening sockets with their accept queues, at every tick: a dump of LISTEN alone costs microseconds whatever the number of connections.
/// Values that only the walk of all sockets can give are added when it comes.
/// </summary>
sealed class Listeners : Source
{
    const string Where = "sock_diag";

    readonly NetlinkDump? _dump;
    readonly ListenerTable _followed;
    readonly ListenerTable _walked;
    readonly AcceptWaits? _waits;
    readonly LinkNames? _links;
    readonly SlotRef _listenDrops;
    readonly ListenerWatch _watch;
    readonly ListenerRanking _ranking;
    readonly byte[] _request = SockDiag.Request(SockDiag.ListenState, SockDiag.WithMemory);
    bool _byWalk;
    int _errno;
    bool _isKnown;
    bool _isLost;

    /// <param name="dump">Null where sock_diag would answer for another kernel; then the walk finds the listeners.</param>
    /// <param name="waits">Scans the connections that wait; null without sock_diag.</param>
    /// <param name="snmp">Has the host's PassiveOpens.</param>
    /// <param name="netstat">Has the host's ListenDrops.</param>
    /// <param name="options">Peak window and the number of listeners exported.</param>
    /// <param name="time">The sampler's clock.</param>
    /// <param name="links">Names of the devices that listeners are bound to; if null, their indices are used.</param>
    internal Listeners(
        NetlinkDump? dump, AcceptWaits? waits, Source snmp, Source netstat, SamplingOptions options, TimeProvider time,
        LinkNames? links = null)
        : base("listeners", ListenerRows.Rows, ListenerRows.CountRows)
    {
        (_dump, _waits, _links, _ranking, _byWalk) = (dump, waits, links, new ListenerRanking(options.MaxListeners), dump is null);
        _followed = new ListenerTable(options.PeakWindow, time);
        _walked = new ListenerTable(options.PeakWindow, time);
        _listenDrops = new SlotRef(netstat[NetstatRows.Rows], NetstatRows.ListenDrops);
        _watch = new ListenerWatch(snmp, netstat, time);
        Mode = dump is null ? "procfs" : Where;
    }

    /// <summary>
    /// The two interfaces identify sockets differently, so each has a table, which is kept until that interface works again.
    /// </summary>
    ListenerTable Table => _byWalk ? _walked : _followed;

    /// <summary>Listening sockets at this tick, or <see cref="KernelValue.Absent"/> while only the walk counts them.</summary>
    internal long SocketCount => _byWalk ? Absent : _followed.Sockets;

    /// <summary>All listeners, exported or not.</summary>
    internal Dictionary<Endpoint, Listener>.ValueCollection Known => Table.Listeners;

    /// <inheritdoc cref="ListenerTable.For"/>
    internal Listener? For(in Endpoint local) => Table.For(local);

    /// <summary>The listeners that are exported, all or the busiest. Valid until the next tick.</summary>
    internal ReadOnlySpan<Listener> Exported => _isKnown ? _ranking.Chosen : default;

    /// <summary>The listener whose accept queue overflowed since the previous tick; null when none did.</summary>
    internal Listener? Overflowed { get; private set; }

    internal override bool HasFallback => true;

    internal override long Unjudged => Table.Unfollowed;

    internal override ReadStatus Read(in Tick tick)
    {
        if (_dump is null)
            return _isLost ? ReadStatus.Absent : ReadStatus.Ok;
        var wasByWalk = _byWalk;

        // A single failure may be transient (ENOBUFS), so the retry uses a new socket.
        if (!wasByWalk || tick.IsSlow)
            _errno = ReadListeners(tick) == 0 ? 0 : ReadListeners(tick);
        _byWalk = _errno != 0;
        Mode = _byWalk ? "procfs" : Where;
        if (_byWalk)
            return StandIn(isNew: !wasByWalk);
        _isKnown = true;
        _followed.Name(_links, tick);
        _waits?.Look(_followed);
        return Account(Where, _dump.Malformed);
    }

    /// <summary>
    /// The walk of this tick may find the listeners, which the next tick can tell. But the walk may be switched off or fail too, and one
    /// that still uses sock_diag reports none.
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
        _dump!.Begin(_request);
        while (_dump.TryRead(out var type, out var payload))
        {
            if (SockDiag.TryRead(type, payload, out var row))
                _followed.Add(new ListenRow(row.LocalOnDevice, row.Cookie, row.ReceiveQueue, row.SendQueue, row.Drops)
                {
                    Cgroup = row.CgroupId,
                });
            else
                _dump.Refuse();
        }
        if (_dump.Errno == 0)
            _followed.End(tick.Timestamp);
        return _dump.Errno;
    }

    /// <summary>Takes the result of the last walk of all sockets, before Derive.</summary>
    internal void Observe(in Tick tick, SocketCensus census)
    {
        // Only a walk of /proc/net/tcp reports listeners, and it is always complete.
        if (_byWalk && census.IsComplete)
        {
            _walked.Begin();
            foreach (var row in census.Listeners)
                _walked.Add(row);
            _walked.End(tick.Timestamp);
            (_isKnown, _isLost) = (true, false);
        }
        Table.Omitted = census.Omitted;
        foreach (var listener in Table.Listeners)
            listener.BeginWalk();
        foreach (var (local, count) in census.SynRecv)
            if (Table.For(local) is { } listener)
                listener.SynRecv += count;
        foreach (var (local, signs) in census.HalfOpen)
            if (Table.For(local) is { } listener)
                listener.Saw(signs);
        foreach (var (local, count) in census.Abandoned)
            if (Table.For(local) is { } listener)
                listener.Abandoned += count;
    }

    /// <summary>Drops the results of the walks, because the last one failed.</summary>
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
        if (!_isKnown)
            return;
        var exported = _ranking.Choose(Table);
        foreach (var listener in exported)
            Fill(listener, this[ListenerRows.Rows].Add(listener.Instance));
        var counts = this[ListenerRows.CountRows][0];
        counts[ListenerRows.Count] = Table.Count;
        counts[ListenerRows.Omitted] = Table.Count - exported.Length;

        // Before the first listener nothing can be attributed.
        var attributed = Table.Drops == Absent && Table.Count == 0 && !_byWalk ? 0 : Table.Drops;
        counts[ListenerRows.Unattributed] = _listenDrops.Value == Absent || attributed == Absent ? Absent : _listenDrops.Value - attributed;
    }

    static void Fill(Listener listener, Slots slots)
    {
        slots[ListenerRows.Length] = listener.Length;
        slots[ListenerRows.Limit] = listener.Limit;
        slots[ListenerRows.Peak] = listener.Peak;
        if (listener.Limit != Absent)
            (slots[ListenerRows.Drops], slots[ListenerRows.RecentDrops]) = (listener.Drops, listener.RecentDrops);
        slots[ListenerRows.SynRecv] = listener.SynRecv;
        (slots[ListenerRows.Retried], slots[ListenerRows.RetriedSources]) = (listener.HalfOpen.Retried, listener.HalfOpen.Sources);
        (slots[ListenerRows.PeakRetried], slots[ListenerRows.PeakDeferred]) = (listener.PeakRetried, listener.PeakDeferred);
        if (listener.Sockets > 1) // in /proc/net/tcp, which does not name the device, they may share nothing
            (slots[ListenerRows.Fullest], slots[ListenerRows.SocketsOfOne]) = (
                listener.FullestLength, listener.Limit == Absent ? Absent : listener.Sockets);
        if (listener.Length > 0)
            (slots[ListenerRows.Abandoned], slots[ListenerRows.OldestWait]) = (listener.Abandoned, listener.OldestWait);
        (slots[ListenerRows.HasOverflowed], slots[ListenerRows.IsLate]) = (
            listener.HasOverflowed ? 1 : Absent, listener.IsLate ? 1 : Absent);
        (slots[ListenerRows.RecentLate], slots[ListenerRows.RecentWait]) = (listener.RecentLate, listener.RecentWait);
    }

    internal override void Reopen() => _dump?.Close();

    public override void Dispose()
    {
        _dump?.Dispose();
        _waits?.Dispose();
        _links?.Dispose();
        base.Dispose();
    }
}
