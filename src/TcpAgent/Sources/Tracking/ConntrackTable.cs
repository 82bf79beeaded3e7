using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// What is in the connection tracking table, by protocol and TCP state, from a sample. Off by default, because the kernel answers only with
/// CAP_NET_ADMIN. Without it the source is denied. A protocol or state that was seen once stays, with 0 when it is not in the sample.
/// </summary>
sealed class ConntrackTable : Source
{
    internal const string SourceName = "conntrack_table";

    internal static readonly Rows Rows = new("protocol", "state");

    internal static readonly Row Entries = Rows.Gauge(
        "tcpagent_conntrack_table_entries", "Entries of the connection tracking table by protocol and, for TCP, state, estimated from a sample of at most 20,000.", from: "ctnetlink");

    internal static readonly Row Unreplied = Rows.Gauge(
        "tcpagent_conntrack_table_unreplied_entries", "Those of them to which nothing has come back. Estimated from the same sample.", from: "ctnetlink IPS_SEEN_REPLY");

    internal static readonly Row Assured = Rows.Gauge(
        "tcpagent_conntrack_table_assured_entries", "Those of them that a full table does not evict. Estimated from the same sample.", from: "ctnetlink IPS_ASSURED");

    internal static readonly Rows Totals = new();

    internal static readonly Row Sampled = Totals.Gauge(
        "tcpagent_conntrack_table_sampled_entries", "Entries that were read for the estimates. A share of the table is off by at most 1 / sqrt of this in 19 of 20 cases, and exact if this is the whole table.", from: "ctnetlink");

    internal static readonly Row Age = Totals.Gauge(
        "tcpagent_conntrack_table_age_seconds", "Age of the sample. Samples are spaced to stay within a tenth of --sample.walk-budget.", Scale.Nanoseconds);

    /// <summary>Share of the walk budget.</summary>
    const double Share = 0.1;

    const string Where = "ctnetlink";

    readonly NetlinkDump? _dump;
    readonly SlotRef _entries;
    readonly CpuBudget _lane;
    readonly TimeProvider _time;
    readonly TrackedSample _sample = new(withAddresses: false);
    readonly TrackedTable _estimate;
    ReadStatus _status = ReadStatus.Absent;

    /// <param name="dump">Null where netlink would answer for another kernel.</param>
    /// <param name="conntrack">Has the size of the table.</param>
    /// <param name="options">The walk budget.</param>
    /// <param name="time">The sampler's clock.</param>
    /// <param name="events">Counts the samples, which are walks too.</param>
    internal ConntrackTable(
        NetlinkDump? dump, Conntrack conntrack, SamplingOptions options, TimeProvider time, AgentEvents? events = null)
        : base(SourceName, Rows, Totals)
    {
        (_dump, _time) = (dump, time);
        _entries = new SlotRef(conntrack[Conntrack.Rows], Conntrack.Entries);
        _estimate = new TrackedTable(_sample) { EntriesBefore = 0, Entries = 0 };
        _lane = new CpuBudget(options.WalkBudget * Share, () => _sample.Take(_dump!), time, events: events);
        Needs = [conntrack];
        Mode = Where;
    }

    /// <summary>True while a sample is taken on its own thread.</summary>
    internal bool IsLooking => _lane.IsRunning;

    /// <summary>The size of the table was read before, at the same tick.</summary>
    internal override ReadStatus Read(in Tick tick)
    {
        // Where nothing is tracked, the request would make the kernel load its modules.
        var isTracking = _dump is not null && _entries.Value != KernelValue.Absent;
        if (!_lane.IsRunning)
            _estimate.EntriesBefore = _entries.Value;
        var isTaken = _lane.Poll(wanted: isTracking && tick.IsSlow);
        if (!isTracking)
        {
            Withdraw();
            return _status = ReadStatus.Absent;
        }
        if (isTaken)
            Take(tick);
        var totals = this[Totals][0];
        if (totals[Sampled] != KernelValue.Absent)
            totals[Age] = _time.Nanoseconds(Math.Max(0, tick.Timestamp - _lane.StartedAt));
        return _status;
    }

    void Take(in Tick tick)
    {
        Withdraw();
        if (_lane.Errno != 0)
        {
            _status = _lane.Errno == Libc.EPERM
                ? ReadStatus.Denied(Where, Libc.EPERM)
                : ReadStatus.OptionalFamily(Where, _lane.Errno);
            _lane.Rest(tick.Timestamp, (long)CpuBudget.LongestRest.TotalNanoseconds);
            return;
        }
        _status = Account(Where, _sample.Malformed);
        _estimate.Entries = _entries.Value;
        foreach (var group in _sample.Exported)
        {
            var slots = this[Rows].Add(group.Instance!);
            slots[Entries] = _estimate.Of(group.Entries).Entries;
            slots[Unreplied] = _estimate.Of(group.Unreplied).Entries;
            slots[Assured] = _estimate.Of(group.Assured).Entries;
        }
        this[Totals][0][Sampled] = _sample.All.Entries;
    }

    internal override void Reopen()
    {
        // A running sample keeps its socket, which it closes at its end.
        if (!_lane.IsRunning)
            _lane.Rest(0, 0);
    }

    public override void Dispose()
    {
        _lane.Dispose();
        _dump?.Dispose();
        base.Dispose();
    }
}
