using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Sampling;
using static TcpAgent.Metrics.Metric;

namespace TcpAgent.Sources;

/// <summary>
/// TCP sockets by state. The rare states are dumped by the kernel's own filter; TIME_WAIT and ESTABLISHED, which may be
/// hundreds of thousands, are computed from sockstat and snmp, read right after.
/// </summary>
sealed class Sockets : Source
{
    const string StatesHelp = "TCP sockets of this network namespace in each state, IPv4 and IPv6 together. All eleven are always there.";
    const string PeakHelp = "Highest number of sockets in each state within the peak window (--sample.peak-window, 60s by default).";

    // include/net/tcp_states.h; the row is the state's number less one.
    internal static readonly Metric[] Rows = StateRows("tcpagent_tcp_sockets", StatesHelp);

    internal static readonly Metric[] PeakRows = StateRows("tcpagent_tcp_sockets_peak", PeakHelp);

    internal static readonly Metric[] WalkRows =
    [
        Gauge("", "", "tcpagent_walk_interval_seconds", "Time between two walks of the socket table, stretched so that walking stays within --sample.walk-budget of one CPU.", Scale.Nanoseconds),
        Gauge("", "", "tcpagent_walk_age_seconds", "Age of the last walk: how old the states are that only the walk can count.", Scale.Nanoseconds),
        Gauge("", "", "tcpagent_walk_duration_seconds", "How long the last walk took.", Scale.Nanoseconds),
    ];

    const string Where = "sock_diag";
    const int StateCount = 11;

    readonly NetlinkDump _dump;
    readonly TimeProvider _time;
    readonly SamplingOptions _options;
    readonly Block _states;
    readonly Block _peaks;
    readonly Block _walk;
    readonly SlotRef _currentEstablished;
    readonly SlotRef _timeWaitSockets;
    readonly PeakWindow _peakWindow;
    readonly byte[] _rareRequest = SockDiag.Request(SockDiag.RareStates);
    readonly byte[] _fullRequest = SockDiag.Request(SockDiag.AllStates);
    readonly long[] _counts = new long[StateCount + 1];
    long _finWait2MiniSockets;
    long _walkedAt = -1;
    long _walkDuration;
    long _walkInterval;
    bool _walked;

    /// <summary>
    /// Whether snmp's CurrEstab counts CLOSE_WAIT as well, as it does since the fix of June 2024 (also in stable kernels). Null
    /// until a full dump has met a CLOSE_WAIT socket to tell by.
    /// </summary>
    bool? _currEstabHasCloseWait;
    bool _calibrated;

    internal Sockets(NetlinkDump dump, Source snmp, Source sockstat, SamplingOptions options, TimeProvider time)
        : base("sockets", new Block(Rows), new Block(PeakRows), new Block(WalkRows))
    {
        (_dump, _time, _options) = (dump, time, options);
        (_states, _peaks, _walk) = (Blocks[0], Blocks[1], Blocks[2]);
        _currentEstablished = SlotRef.To(snmp.Blocks[0], "Tcp", "CurrEstab");
        _timeWaitSockets = SlotRef.To(sockstat.Blocks[0], "TCP", "tw");
        _peakWindow = new PeakWindow(StateCount, options.PeakWindow, time);
        Mode = Where;
    }

    internal override ReadStatus Read(in Tick tick)
    {
        if (_walked && tick.Timestamp - _walkedAt < _walkInterval)
            return ReadStatus.Ok;

        var start = _time.GetTimestamp();
        var full = !_calibrated;
        var errno = Walk(full ? _fullRequest : _rareRequest);
        if (errno != 0)
        {
            Withdraw();
            _walked = false;
            return ReadStatus.Failed(Where, errno);
        }
        _walked = true;
        _walkedAt = start;
        _walkDuration = _time.GetTimestamp() - start;
        _walkInterval = (long)(_walkDuration / _options.WalkBudget);
        return ReadStatus.Ok;
    }

    int Walk(byte[] request)
    {
        // One retry: a dump that the kernel marked as interrupted may have missed or doubled sockets.
        var errno = WalkOnce(request);
        return errno == Libc.ENOBUFS || (errno == 0 && _dump.Interrupted) ? WalkOnce(request) : errno;
    }

    int WalkOnce(byte[] request)
    {
        _counts.AsSpan().Clear();
        _finWait2MiniSockets = 0;
        _dump.Begin(request);
        while (_dump.TryRead(out var type, out var payload))
        {
            if (!SockDiag.TryRead(type, payload, out var row))
                continue;
            _counts[(int)row.State]++;
            if (row is { State: TcpState.FinWait2, Timer: InetDiagRow.TimeWaitTimer })
                _finWait2MiniSockets++;
        }
        return _dump.Errno;
    }

    internal override void Derive(in Tick tick)
    {
        if (!_walked)
            return;
        Calibrate(tick);
        var states = _states[0];
        for (var state = TcpState.Established; state <= TcpState.Closing; state++)
            states[(int)state - 1] = _counts[(int)state];

        // sockstat's tw counts every mini-socket, those in FIN_WAIT2 too. Without the counters these two states are not known.
        states[(int)TcpState.TimeWait - 1] = _timeWaitSockets.Value == Absent
            ? Absent
            : Math.Max(0, _timeWaitSockets.Value - _finWait2MiniSockets);
        states[(int)TcpState.Established - 1] = _currentEstablished.Value == Absent
            ? Absent
            : Math.Max(0, _currentEstablished.Value - (_currEstabHasCloseWait == false ? 0 : _counts[(int)TcpState.CloseWait]));

        _peakWindow.Record(tick.Timestamp, states);
        for (var i = 0; i < StateCount; i++)
            _peaks[0][i] = _peakWindow[i];
        var walk = _walk[0];
        walk[0] = Math.Max(Nanoseconds(_walkInterval), (long)_options.Interval.TotalNanoseconds);
        walk[1] = Nanoseconds(Math.Max(0, tick.Timestamp - _walkedAt));
        walk[2] = Nanoseconds(_walkDuration);
    }

    /// <summary>
    /// A full dump tells what CurrEstab counts, once a CLOSE_WAIT socket exists. The first dump is full; after that one is asked
    /// for when a rare walk meets the first CLOSE_WAIT.
    /// </summary>
    void Calibrate(in Tick tick)
    {
        if (_currEstabHasCloseWait is not null || _currentEstablished.Value == Absent || _walkedAt < tick.Timestamp)
            return;
        var closeWait = _counts[(int)TcpState.CloseWait];
        if (!_calibrated)
        {
            // A dump of a busy host is not exact to the socket: only a clear answer counts.
            var surplus = _currentEstablished.Value - _counts[(int)TcpState.Established];
            if (closeWait > 0 && Math.Abs(surplus - closeWait) <= closeWait / 4)
                _currEstabHasCloseWait = true;
            else if (closeWait > 0 && Math.Abs(surplus) <= closeWait / 4)
                _currEstabHasCloseWait = false;
            _calibrated = true;
        }
        else if (closeWait > 0)
        {
            _calibrated = false;
        }
    }

    long Nanoseconds(long timestamps) => (long)(timestamps * (1e9 / _time.TimestampFrequency));

    static Metric[] StateRows(string name, string help)
    {
        string[] states =
        [
            "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2", "time_wait", "close", "close_wait", "last_ack", "listen", "closing",
        ];
        return Array.ConvertAll(states, state => Gauge("", "", name, help, labels: $"state=\"{state}\"", origin: Where));
    }

    internal override void Reopen()
    {
        _dump.Close();
        _calibrated = false;
        _currEstabHasCloseWait = null;
    }

    public override void Dispose()
    {
        _dump.Dispose();
        base.Dispose();
    }
}
