using System.Globalization;
using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using static TcpAgent.Metrics.Metric;

namespace TcpAgent.Sources;

/// <summary>
/// Local ports held for each source and destination. The kernel counts no connect() that found none free, so this is the only
/// proof. A look at the socket table is taken when connections were opened since the last, and within a share of the walk budget.
/// </summary>
sealed class EphemeralPorts : Source
{
    internal static readonly Metric[] TupleRows =
    [
        Gauge("", "", "tcpagent_ephemeral_ports_used", "Local ports held by connections from this address to this destination, TIME_WAIT included. The ten that hold most are exported, from 16 ports or 2 percent of the usable ones on.", origin: "inet_diag"),
        Gauge("", "", "tcpagent_ephemeral_ports_time_wait", "Of these the ones in TIME_WAIT, which last 60 s.", origin: "inet_diag"),
    ];

    internal static readonly Metric[] Rows =
    [
        Gauge("", "", "tcpagent_ephemeral_ports_usable", "Local ports that each pair of source and destination may hold: the range less the reserved ones in it.", origin: "ip_local_port_range less ip_local_reserved_ports"),
        Gauge("", "", "tcpagent_ephemeral_port_tuples", "Pairs of source and destination that hold local ports of the range.", origin: "inet_diag"),
        Gauge("", "", "tcpagent_ephemeral_ports_omitted", "Ports on no pair's account because there are more than 16384 pairs.", origin: "inet_diag"),
        Gauge("", "", "tcpagent_ephemeral_ports_age_seconds", "How old the figures are: 0 while no connection was opened since they were taken.", Scale.Nanoseconds),
    ];

    internal static readonly Metric[] ListeningRows =
    [
        Gauge("", "", "tcpagent_listening_port_unreserved", "1 for a port that is listened on, lies in the range of local ports and is not reserved: an outgoing connection may take it while the service restarts.", origin: "ip_local_port_range, ip_local_reserved_ports"),
    ];

    const int Usable = 0, TupleCount = 1, Omitted = 2, Age = 3;

    /// <summary>Of the walk budget.</summary>
    internal const double Share = 0.2;

    const int MaxExported = 10, MaxListening = 16;

    /// <summary>Looks that failed one after another before the figures are withdrawn.</summary>
    const int MaxFailures = 3;

    readonly NetlinkDump? _dump;
    readonly Listeners? _listeners;
    readonly SlotRef _activeOpens;
    readonly SlotRef _sockets;
    readonly TimeProvider _time;
    readonly WalkLane _lane;
    readonly ProcFile _rangeFile;
    readonly ProcFile _reservedFile;
    readonly PortSet _reserved = new();
    readonly PortSet _listening = new();
    readonly List<int> _unreserved = [];
    readonly byte[] _request = SockDiag.PortRequest(SockDiag.ConnectedStates, 0);
    readonly (PortTuple Tuple, PortCount Count, byte[] Key)[] _top = new (PortTuple, PortCount, byte[])[MaxExported];
    readonly Dictionary<PortTuple, byte[]> _keys = [];
    readonly Dictionary<int, byte[]> _portKeys = [];
    PortUse _use = new();
    PortUse _next = new();
    int _topCount;
    long _usable = Absent;
    long _lastOpens = Absent;
    long _takenAt;
    bool _isDue = true;
    bool _isKnown;
    int _failures;

    /// <param name="root">Where the settings are.</param>
    /// <param name="dump">Null where sock_diag would speak of another kernel.</param>
    /// <param name="listeners">Connections to a port that is listened on hold no port of their own.</param>
    /// <param name="snmp">Has ActiveOpens, which moves with each connect().</param>
    /// <param name="sockstat">Has the number of sockets, for a first guess of the cost.</param>
    /// <param name="options">The walk budget.</param>
    /// <param name="time">The sampler's clock.</param>
    internal EphemeralPorts(
        KernelRoot root, NetlinkDump? dump, Listeners? listeners, Source snmp, Source sockstat, SamplingOptions options, TimeProvider time)
        : base("ports", new Block(TupleRows, "source,destination,port"), new Block(Rows), new Block(ListeningRows, "port"))
    {
        (_dump, _listeners, _time, Mode) = (dump, listeners, time, "sock_diag");
        _activeOpens = SlotRef.To(snmp.Blocks[0], "Tcp", "ActiveOpens");
        _sockets = SlotRef.To(sockstat.Blocks[0], "TCP", "alloc");
        _rangeFile = root.Proc("sys/net/ipv4/ip_local_port_range", ProcFile.ValueCapacity);
        _reservedFile = root.Proc("sys/net/ipv4/ip_local_reserved_ports");
        _lane = new WalkLane(options.WalkBudget * Share, Walk, time);
    }

    internal bool IsLooking => _lane.IsRunning;

    internal override ReadStatus Read(in Tick tick)
    {
        if (_dump is null)
            return ReadStatus.Absent;
        _isDue |= tick.Slow || _activeOpens.Value != _lastOpens || (_topCount > 0 && _top[0].Count.Held * 2 > _usable);
        var begins = _isDue && _lane.IsReady;
        if (begins)
        {
            var errno = Prepare();
            if (errno != 0)
                return Fail(_rangeFile.Path, errno);
            _isDue = false;
        }
        if (!_lane.Poll(begins))
            return _failures < MaxFailures ? ReadStatus.Ok : ReadStatus.Failed("sock_diag", _lane.Errno);
        if (_lane.Errno != 0)
            return Fail("sock_diag", _lane.Errno);
        Take();
        return ReadStatus.Ok;
    }

    ReadStatus Fail(string where, int errno)
    {
        _isDue = true;
        if (++_failures < MaxFailures)
            return ReadStatus.Ok;
        _isKnown = false;
        Withdraw();
        return ReadStatus.Failed(where, errno);
    }

    /// <summary>Reads the settings that the next look is about, which may be changed at any time.</summary>
    int Prepare()
    {
        var errno = _rangeFile.Read(out var text);
        if (errno != 0)
            return errno;
        var cursor = new Cursor(text);
        if (!cursor.TryReadLine(out var line) || !line.TryReadInt64(out var low) || !line.TryReadInt64(out var high)
            || low < 0 || high > ushort.MaxValue || low > high)
            return Libc.EBADMSG;
        if (_reservedFile.Read(out text) != 0 || !_reserved.TryParse(text))
            _reserved.Clear();
        _usable = high - low + 1 - _reserved.CountWithin((int)low, (int)high);
        SockDiag.SetPorts(_request, (ushort)low, (ushort)high);
        FindListening((int)low, (int)high);
        _lastOpens = _activeOpens.Value;

        // Until one was measured: about a microsecond a socket.
        if (_lane.Walks == 0)
            _lane.Cost = Math.Max(0, _sockets.Value) * 1000;
        return 0;
    }

    void FindListening(int low, int high)
    {
        _listening.Clear();
        _unreserved.Clear();
        if (_listeners is null)
            return;
        foreach (var listener in _listeners.Known)
        {
            var port = listener.Endpoint.Port;
            if (port >= low && port <= high && !_reserved.Contains(port) && !_listening.Contains(port) && _unreserved.Count < MaxListening)
                _unreserved.Add(port);
            _listening.Add(port);
        }
    }

    int Walk()
    {
        _next.Clear();
        _dump!.Begin(_request);
        while (_dump.TryRead(out var type, out var payload))
            if (SockDiag.TryRead(type, payload, out var row) && !_listening.Contains(row.SourcePort))
                _next.Count(row);
        return _dump.Errno;
    }

    void Take()
    {
        (_use, _next) = (_next, _use);
        (_isKnown, _failures, _takenAt) = (true, 0, _lane.StartedAt);
        _topCount = 0;
        foreach (var (tuple, count) in _use.Tuples)
            Offer(tuple, count);
        if (_keys.Count > 4 * MaxExported)
            _keys.Clear();
        for (var i = 0; i < _topCount; i++)
            _top[i].Key = _keys.TryGetValue(_top[i].Tuple, out var key) ? key : MakeKey(_top[i].Tuple);
    }

    /// <summary>Keeps the ten that hold most, in order.</summary>
    void Offer(PortTuple tuple, PortCount count)
    {
        if (_topCount == MaxExported && count.Held <= _top[^1].Count.Held)
            return;
        var at = _topCount < MaxExported ? _topCount++ : MaxExported - 1;
        for (; at > 0 && _top[at - 1].Count.Held < count.Held; at--)
            _top[at] = _top[at - 1];
        _top[at] = (tuple, count, []);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    byte[] MakeKey(PortTuple tuple) => _keys[tuple] = Label.Render(
        ("source", tuple.Local.Address.ToString()), ("destination", tuple.Remote.Address.ToString()),
        ("port", tuple.Remote.Port.ToString(CultureInfo.InvariantCulture)));

    /// <summary>The pair that holds most local ports; false while none holds any.</summary>
    internal bool TryGetFullest(out long held, out long timeWait, out byte[] key)
    {
        var any = _isKnown && _topCount > 0;
        (held, timeWait, key) = any ? (_top[0].Count.Held, _top[0].Count.TimeWait, _top[0].Key) : (0, 0, []);
        return any;
    }

    /// <summary>Ports that each pair may hold; absent before the first look.</summary>
    internal long UsablePorts => _isKnown ? _usable : Absent;

    internal override void Derive(in Tick tick)
    {
        Withdraw();
        if (!_isKnown)
            return;
        var floor = Math.Min(16, Math.Max(1, _usable / 50));
        for (var i = 0; i < _topCount && _top[i].Count.Held >= floor; i++)
        {
            var slots = Blocks[0].Add(_top[i].Key);
            (slots[0], slots[1]) = (_top[i].Count.Held, _top[i].Count.TimeWait);
        }
        var row = Blocks[1][0];
        row[Usable] = _usable;
        row[TupleCount] = _use.Tuples.Count;
        row[Omitted] = _use.Omitted;
        row[Age] = _isDue || _lane.IsRunning ? _time.Nanoseconds(tick.Timestamp - _takenAt) : 0;
        foreach (var port in _unreserved)
            Blocks[2].Add(_portKeys.TryGetValue(port, out var key) ? key : MakeKey(port))[0] = 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    byte[] MakeKey(int port) => _portKeys[port] = Label.Render("port", port.ToString(CultureInfo.InvariantCulture));

    internal override void Reopen()
    {
        _rangeFile.Close();
        _reservedFile.Close();
        if (!_lane.IsRunning)
            _dump?.Close();
    }

    public override void Dispose()
    {
        _lane.Dispose();
        _dump?.Dispose();
        base.Dispose();
    }
}
