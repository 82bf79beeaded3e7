using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// AF_UNIX sockets that listen, with their accept queues: php-fpm, puma, docker.sock. An ordinary host has dozens that are never busy, so
/// only listeners whose queue was not empty within the window are exported. The kernel walks all AF_UNIX sockets to list them; where there
/// are very many, the scans are spaced out.
/// </summary>
sealed class UnixListeners : Source
{
    internal static readonly Rows Rows = new("path");

    internal static readonly Row Length = Rows.Gauge(
        "tcpagent_unix_listener_accept_queue_length", "Connections to an AF_UNIX listener that wait for the application to accept them. Exported for at most 32 listeners, the fullest, and only if their queue was not empty within the peak window. An abstract name begins with @.", from: "unix_diag rqueue");

    internal static readonly Row Limit = Rows.Gauge(
        "tcpagent_unix_listener_accept_queue_limit", "Connections that may wait there: the backlog that the application passed to listen(), capped at somaxconn. The queue is full when the length exceeds this: connect() then waits, or fails with EAGAIN.", from: "unix_diag wqueue");

    internal static readonly Row Peak = Rows.Gauge(
        "tcpagent_unix_listener_accept_queue_peak", "Longest queue seen there within the peak window (--sample.peak-window, 60s by default).", from: "unix_diag rqueue");

    internal static readonly Rows CountRows = new();

    internal static readonly Row Count = CountRows.Gauge("tcpagent_unix_listeners", "AF_UNIX listeners of this network namespace.", from: "unix_diag LISTEN");

    internal static readonly Row Omitted = CountRows.Gauge(
        "tcpagent_unix_listeners_omitted", "Listeners with a queue that was not empty within the peak window, not exported because there are more than 32.");

    internal static readonly Row Age = CountRows.Gauge(
        "tcpagent_unix_listeners_age_seconds", "Age of the last scan of the AF_UNIX listeners. Scans are spaced to stay within a tenth of --sample.walk-budget.", Scale.Nanoseconds);

    const int MaxExported = 32;

    /// <summary>Share of the walk budget.</summary>
    const double Share = 0.1;

    const string Where = "unix_diag";

    readonly NetlinkDump? _dump;
    readonly UnixReread? _again;
    readonly CpuBudget _lane;
    readonly TimeProvider _time;
    readonly UnixListenerTable _table;
    readonly UnixListener[] _ranked = new UnixListener[MaxExported];
    readonly byte[] _request = UnixDiag.Request();
    UnixCensus _census = new();
    UnixCensus _next = new();
    ReadStatus _status = ReadStatus.Absent;
    long _lookedAt;

    /// <summary>The time of this tick.</summary>
    bool _hasLooked;

    /// <param name="dump">Null where sock_diag would answer for another kernel.</param>
    /// <param name="again">Reads short queues again; null when the dump is.</param>
    /// <param name="options">The walk budget and the peak window.</param>
    /// <param name="time">The sampler's clock.</param>
    /// <param name="events">Counts the scans, which are walks too.</param>
    internal UnixListeners(NetlinkDump? dump, UnixReread? again, SamplingOptions options, TimeProvider time, AgentEvents? events = null)
        : base("unix", Rows, CountRows)
    {
        (_dump, _again, _time, _table) = (dump, again, time, new UnixListenerTable(options.PeakWindow, time));
        _lane = new CpuBudget(options.WalkBudget * Share, Look, time, events: events);
        Mode = Where;
    }

    /// <summary>True while a scan runs on its own thread.</summary>
    internal bool IsLooking => _lane.IsRunning;

    internal bool IsKnown { get; private set; }

    /// <summary>Listeners whose queue was not empty lately, exported or not.</summary>
    internal Dictionary<string, UnixListener>.ValueCollection Known => _table.Listeners;

    /// <summary>The smallest limit of all listeners; absent if there are none.</summary>
    internal long SmallestLimit => _census.SmallestLimit;

    internal override ReadStatus Read(in Tick tick)
    {
        Withdraw();
        if (_dump is null)
            return ReadStatus.Absent;
        _hasLooked = false;
        if (_lane.Poll(wanted: true))
            Take(tick);
        if (IsKnown)
            Store(tick);
        return _status;
    }

    /// <summary>Retries once on a new socket, because a failure may be transient.</summary>
    int Look() => LookOnce() == 0 ? 0 : LookOnce();

    int LookOnce()
    {
        _next.Clear();
        _dump!.Begin(_request);
        while (_dump.TryRead(out var type, out var payload))
        {
            if (UnixDiag.TryRead(type, payload, out var row))
                _next.Add(row);
            else
                _dump.Refuse();
        }
        _next.Malformed = _dump.Malformed;
        return _dump.Errno;
    }

    void Take(in Tick tick)
    {
        if (_lane.Errno != 0)
        {
            Fail(tick);
            return;
        }
        (_census, _next) = (_next, _census);
        (IsKnown, _lookedAt) = (true, _lane.StartedAt);
        _table.Take(_census);
        _again?.Read(_table);
        _hasLooked = true;
        _status = Account(Where, _census.Malformed);
    }

    /// <summary>Reads doubtful queues again. By then the other sources have been read, so some time has passed since the scan.</summary>
    internal override void Derive(in Tick tick)
    {
        if (_hasLooked)
            _again?.Read(_table);
    }

    void Fail(in Tick tick)
    {
        IsKnown = false;
        _table.Clear();
        _status = ReadStatus.OptionalFamily(Where, _lane.Errno);

        // Each request for a missing module makes the kernel look for it on disk.
        if (_status.Outcome == Outcome.Absent)
            _lane.Rest(tick.Timestamp, (long)CpuBudget.LongestRest.TotalNanoseconds);
    }

    void Store(in Tick tick)
    {
        _table.Record(tick.Timestamp);
        var (busy, exported) = Rank();
        for (var i = 0; i < exported; i++)
        {
            var listener = _ranked[i];
            var slots = this[Rows].Add(listener.Instance);
            (slots[Length], slots[Limit], slots[Peak]) = (listener.Length, listener.Limit, listener.Peak);
        }
        var counts = this[CountRows][0];
        counts[Count] = _census.Listeners;
        counts[Omitted] = busy - exported + _census.Omitted;
        counts[Age] = _time.Nanoseconds(Math.Max(0, tick.Timestamp - _lookedAt));
    }

    /// <summary>Ranks the listeners to export, the fullest within the window first.</summary>
    (int Busy, int Exported) Rank()
    {
        var (busy, count) = (0, 0);
        foreach (var listener in Known)
        {
            if (listener.Peak <= 0)
                continue;
            busy++;
            Top.Offer(_ranked, ref count, listener, IsFuller);
        }
        return (busy, count);
    }

    static bool IsFuller(UnixListener one, UnixListener other) =>
        Fullness.Of(one.Peak, one.Limit).CompareTo(Fullness.Of(other.Peak, other.Limit)) > 0;

    internal override void Reopen()
    {
        // A running scan keeps its socket.
        if (_lane.IsRunning)
            return;
        _dump?.Close();
        _again?.Close();
        _lane.Rest(0, 0);
    }

    public override void Dispose()
    {
        _lane.Dispose();
        _dump?.Dispose();
        _again?.Dispose();
        base.Dispose();
    }
}
