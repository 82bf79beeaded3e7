using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// UDP sockets: their receive buffers and drops by address and port, and the local ports that they hold. One scan gives both, at each tick
/// as long as it is cheap; with thousands of sockets scans are spaced to stay within their share of the CPU.
/// </summary>
sealed class UdpSockets : Source
{
    /// <summary>Share of the walk budget.</summary>
    const double Share = 0.1;

    /// <summary>An address is exported from this many ports on, or from a fiftieth of the usable ones.</summary>
    const int Floor = 16, FloorPart = 50;

    /// <summary>Maximum number of address instances kept.</summary>
    const int MaxInstances = 64;

    const string Where = "sock_diag";

    static readonly Instance s_anyIPv4 = new("0.0.0.0", ("source", "0.0.0.0")), s_anyIPv6 = new("::", ("source", "::"));

    readonly UdpScan? _scan;
    readonly CpuBudget _lane;
    readonly TimeProvider _time;
    readonly UdpReceivers _receivers;
    readonly SlotRef _ipv4, _ipv6;
    readonly Dictionary<Endpoint, Instance> _addresses = [];
    UdpCensus _census = new();
    UdpCensus _next = new();
    ReadStatus _status = ReadStatus.Absent;
    long _lookedAt;

    /// <param name="scan">Null where sock_diag would answer for another kernel.</param>
    /// <param name="sockstat">Counts the sockets that are bound.</param>
    /// <param name="snmp">Counts IPv4 datagrams lost and read.</param>
    /// <param name="snmp6">Counts IPv6 datagrams lost and read.</param>
    /// <param name="options">The walk budget and the peak window.</param>
    /// <param name="time">The sampler's clock.</param>
    /// <param name="events">Counts the scans, which are walks too.</param>
    internal UdpSockets(
        UdpScan? scan, Source sockstat, Source snmp, Source snmp6, SamplingOptions options, TimeProvider time, AgentEvents? events = null)
        : base("udp", UdpRows.Receivers, UdpRows.Totals, UdpRows.Sources)
    {
        (_scan, _time, _receivers) = (scan, time, new UdpReceivers(options.PeakWindow, time));
        var counts = sockstat[SockstatRows.Rows];
        (_ipv4, _ipv6) = (new(counts, SockstatRows.UdpInuse), new(counts, SockstatRows.Udp6Inuse));
        Losses = new UdpLosses(snmp, snmp6, options, time);
        _lane = new CpuBudget(options.WalkBudget * Share, Look, time, events: events);
        Mode = Where;
    }

    /// <summary>True while a scan runs on its own thread.</summary>
    internal bool IsLooking => _lane.IsRunning;

    internal bool IsKnown { get; private set; }

    internal UdpLosses Losses { get; }

    /// <summary>Receivers that are or were worth reporting, exported or not.</summary>
    internal Dictionary<Endpoint, UdpReceiver>.ValueCollection Receivers => _receivers.Known;

    /// <summary>The receivers that are exported. Valid until the next tick.</summary>
    internal ReadOnlySpan<UdpReceiver> Exported => IsKnown ? _receivers.Ranked : default;

    /// <summary>The fullest buffer of all sockets at the last scan.</summary>
    internal (long Used, long Limit) Fullest => (_census.Used, _census.Limit);

    /// <summary>The local ports held; valid until the next tick.</summary>
    internal UdpPorts Ports => _census.Ports;

    internal override ReadStatus Read(in Tick tick)
    {
        Withdraw();
        if (_scan is null)
            return ReadStatus.Absent;
        if (!_lane.IsRunning)
            Prepare(_scan, tick);
        if (_lane.Poll(wanted: true))
            Take(tick);
        return _status;
    }

    /// <summary>The sysctls rarely change, so only slow ticks read them.</summary>
    void Prepare(UdpScan scan, in Tick tick)
    {
        (scan.HasIPv4, scan.HasIPv6) = (_ipv4.Value != 0, _ipv6.Value != 0);
        scan.ReadsSettings |= tick.IsSlow;
    }

    /// <summary>Retries once on a new socket, because a failure may be transient.</summary>
    int Look() => _scan!.Take(_next) == 0 ? 0 : _scan.Take(_next);

    void Take(in Tick tick)
    {
        if (_lane.Errno != 0)
        {
            Fail(tick);
            return;
        }
        (_census, _next) = (_next, _census);
        (IsKnown, _lookedAt) = (true, _lane.StartedAt);
        _receivers.Take(_census);
        _status = Account(Where, _census.Malformed);
        if (_census.PortsErrno != 0)
            _status = _status.With(ReadStatus.Failed(_scan!.SettingsWhere, _census.PortsErrno));
    }

    void Fail(in Tick tick)
    {
        IsKnown = false;
        _receivers.Lose();
        _status = ReadStatus.OptionalFamily(Where, _lane.Errno);

        // Each request for a missing module makes the kernel look for it on disk.
        if (_status.Outcome == Outcome.Absent)
            _lane.Rest(tick.Timestamp, (long)CpuBudget.LongestRest.TotalNanoseconds);
    }

    internal override void Derive(in Tick tick)
    {
        _receivers.Record(tick.Timestamp);
        Losses.Update(tick.Timestamp, _receivers);
        if (!IsKnown)
            return;
        StoreReceivers();
        StorePorts();
        this[UdpRows.Totals][0][UdpRows.Age] = _time.Nanoseconds(Math.Max(0, tick.Timestamp - _lookedAt));
    }

    void StoreReceivers()
    {
        var exported = _receivers.Rank(out var omitted);
        foreach (var receiver in exported)
        {
            var slots = this[UdpRows.Receivers].Add(receiver.Instance);
            (slots[UdpRows.Used], slots[UdpRows.Limit], slots[UdpRows.Peak]) = (receiver.Used, receiver.Limit, receiver.Peak);
            (slots[UdpRows.Drops], slots[UdpRows.RecentDrops]) = (receiver.Drops, receiver.RecentDrops);
            slots[UdpRows.StandingPercent] = receiver.PeakStandingPercent;
            if (receiver.Sockets > 1)
                slots[UdpRows.Sockets] = receiver.Sockets;
        }
        var totals = this[UdpRows.Totals][0];
        (totals[UdpRows.Count], totals[UdpRows.Unfollowed]) = (_census.Sockets, _census.Unfollowed);
        totals[UdpRows.Omitted] = omitted + _census.Omitted;
        (totals[UdpRows.ReceiveQueueIPv4], totals[UdpRows.SendQueueIPv4]) = _census.IPv4;
        (totals[UdpRows.ReceiveQueueIPv6], totals[UdpRows.SendQueueIPv6]) = _census.IPv6;
        (totals[UdpRows.Lost], totals[UdpRows.Received]) = (Losses.Lost, Losses.Received);
    }

    void StorePorts()
    {
        var ports = _census.Ports;
        if (!ports.IsKnown)
            return;
        this[UdpRows.Totals][0][UdpRows.UsablePorts] = ports.Usable;
        var floor = Math.Min(Floor, Math.Max(1, ports.Usable / FloorPart));
        if (ports.UsedIPv4 >= floor)
            this[UdpRows.Sources].Add(s_anyIPv4)[UdpRows.UsedPorts] = ports.UsedIPv4;
        if (ports.UsedIPv6 >= floor && ports.UsedIPv6 != ports.UsedIPv4)
            this[UdpRows.Sources].Add(s_anyIPv6)[UdpRows.UsedPorts] = ports.UsedIPv6;
        foreach (var (address, used) in ports.Worst)
            if (used >= floor)
                this[UdpRows.Sources].Add(InstanceOf(address))[UdpRows.UsedPorts] = used;
    }

    /// <summary>The instance of an address that holds ports, or of all addresses of a family.</summary>
    internal Instance InstanceOf(Endpoint address) =>
        address == address.AnyIPv4 ? s_anyIPv4 : address == address.AnyIPv6 ? s_anyIPv6
        : _addresses.TryGetValue(address, out var known) ? known : Learn(address);

    [MethodImpl(MethodImplOptions.NoInlining)]
    Instance Learn(Endpoint address)
    {
        if (_addresses.Count == MaxInstances)
            _addresses.Clear();
        var text = address.Address.ToString();
        return _addresses[address] = new Instance(text, ("source", text));
    }

    internal override void Reopen()
    {
        // A running scan keeps its socket and files.
        if (_lane.IsRunning)
            return;
        _scan?.Close();
        _lane.Rest(0, 0);
    }

    public override void Dispose()
    {
        _lane.Dispose();
        _scan?.Dispose();
        base.Dispose();
    }
}
