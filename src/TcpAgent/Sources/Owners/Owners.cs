using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>
/// The unit or container and the programs to which each listener belongs and, while connections wait there, why they are not accepted. The
/// kernel shows the cgroup of a listener with its row; everything else is looked up when a cgroup is new, once a minute, and each second
/// while connections wait.
/// </summary>
sealed class Owners : Source
{
    /// <summary>Owners that are remembered. The listeners of further ones have none.</summary>
    internal const int MostOwners = 1024;

    /// <summary>Share of the walk budget.</summary>
    const double Share = 0.1;

    static readonly TimeSpan s_again = TimeSpan.FromMinutes(1);

    readonly Listeners _listeners;
    readonly UdpSockets? _udp;
    readonly Sockets? _sockets;
    readonly TimeProvider _time;
    readonly TimeSpan _window;
    readonly OwnerLook? _look;
    readonly CpuBudget _lane;
    readonly Dictionary<ulong, Owner> _owners = [];
    readonly List<Owner> _due = [];
    readonly StrainMeters _meters;
    readonly WorkloadTable _workloads = new();
    readonly ThrottledWorkloads _throttled;
    ReadStatus _status;
    bool _isMeasuring;

    /// <param name="root">Where the processes and cgroups are.</param>
    /// <param name="isLive">False where the listeners' cgroups are those of another kernel, or unknown.</param>
    /// <param name="listeners">The listeners.</param>
    /// <param name="udp">The UDP sockets; null when switched off.</param>
    /// <param name="sockets">Counts the connects of each cgroup; null when switched off.</param>
    /// <param name="options">The walk budget and the peak window.</param>
    /// <param name="time">The sampler's clock.</param>
    /// <param name="events">Counts the looks, which are walks too.</param>
    internal Owners(
        KernelRoot root, bool isLive, Listeners listeners, UdpSockets? udp, Sockets? sockets, SamplingOptions options, TimeProvider time,
        AgentEvents? events = null)
        : base("owners", OwnerRows.Rows, OwnerRows.Udp, WorkloadRows.Rows)
    {
        (_listeners, _udp, _sockets, _time, _window) = (listeners, udp, sockets, time, options.PeakWindow);
        _look = isLive ? new OwnerLook(root) : null;
        _meters = new StrainMeters(root, time);
        _throttled = new ThrottledWorkloads(time);
        _lane = new CpuBudget(options.WalkBudget * Share, () => _look!.Take(_due, _meters), time, events: events);
        Mode = "cgroup2";
    }

    /// <summary>True while a look runs on its own thread.</summary>
    internal bool IsLooking => _lane.IsRunning;

    internal override bool LooksInDerive => true;

    internal override ReadStatus Read(in Tick tick) => _look is null ? ReadStatus.Absent : _status;

    internal override void Derive(in Tick tick)
    {
        Withdraw();
        if (_look is null)
            return;
        foreach (var listener in _listeners.Exported)
            Attend(listener, tick);
        if (_udp is not null)
            foreach (var receiver in _udp.Exported)
                if (Known(receiver.Cgroup) is { } owner)
                    owner.SeenAt = tick.Number;
        _workloads.Choose(_sockets?.Cgroups);
        foreach (var (id, _) in _workloads.Chosen)
            if (Known(id) is { } owner)
                owner.SeenAt = tick.Number;
        if (_lane.IsReady)
            Prepare(tick);
        if (_lane.Poll(_due.Count > 0 || _isMeasuring))
            Take(tick);
        if (_status.Outcome == Outcome.Failed)
            return;
        foreach (var listener in _listeners.Exported)
            if (_owners.TryGetValue(listener.Cgroup, out var owner) && owner.Facts.IsKnown)
                Store(listener, owner, tick);
        if (_udp is not null)
            foreach (var receiver in _udp.Exported)
                Store(receiver);
        foreach (var (id, _) in _workloads.Chosen)
            if (_owners.TryGetValue(id, out var owner))
                WorkloadTable.Add(this[WorkloadRows.Rows], owner, _sockets!.Cgroups!.Of(id));
        _throttled.Store(this[WorkloadRows.Rows], tick.Timestamp);
    }

    void Attend(Listener listener, in Tick tick)
    {
        if (Known(listener.Cgroup) is not { } owner)
            return;
        owner.SeenAt = tick.Number;
        if (!listener.IsStrained)
            return;
        if (owner.StrainedAt == Absent || owner.StrainedAt < tick.Number - 1)
            owner.StrainedSince = tick.Timestamp;
        owner.StrainedAt = tick.Number;
    }

    /// <summary>Null for no cgroup, and if there is no room for another.</summary>
    Owner? Known(ulong id) => id == 0 ? null : _owners.TryGetValue(id, out var owner) ? owner : Learn(id);

    [MethodImpl(MethodImplOptions.NoInlining)]
    Owner? Learn(ulong id) => _owners.Count < MostOwners ? _owners[id] = new Owner(id) : null;

    /// <summary>Collects what to look at. Not called while a look runs.</summary>
    void Prepare(in Tick tick)
    {
        _due.Clear();
        foreach (var (id, owner) in _owners)
            if (owner.SeenAt != tick.Number)
                _owners.Remove(id);
            else if (owner.LookedAt == Absent || _time.GetElapsedTime(owner.LookedAt, tick.Timestamp) >= s_again)
                _due.Add(owner);
        _isMeasuring = _meters.Choose(_owners.Values, tick);
    }

    void Take(in Tick tick)
    {
        _status = _lane.Errno == 0 ? ReadStatus.Ok : ReadStatus.Optional(Mode, _lane.Errno);
        foreach (var owner in _due)
        {
            owner.Take(tick.Timestamp);
            _throttled.Note(owner, tick.Timestamp);
        }
        _meters.Take(tick);
        _due.Clear();
    }

    void Store(Listener listener, Owner owner, in Tick tick)
    {
        if (listener.Owner is not { } known || !ReferenceEquals(known.Facts, owner.Facts) || !ReferenceEquals(known.Of, listener.Instance))
            known = listener.Owner = Learn(listener.Instance, owner);
        var slots = this[OwnerRows.Rows].Add(known);
        slots[OwnerRows.Processes] = owner.Processes;
        if (owner.Facts.Role != OwnerRole.Holder)
            return;
        slots[OwnerRows.Info] = 1;
        if (owner.MeasuredAt == Absent || _time.GetElapsedTime(owner.MeasuredAt, tick.Timestamp) > _window
            || !(listener.IsStrained || listener.HasOverflowed || listener.RecentLate != Absent))
            return;
        Fill(slots, owner);
    }

    void Store(UdpReceiver receiver)
    {
        if (!_owners.TryGetValue(receiver.Cgroup, out var owner) || !owner.Facts.IsKnown)
            return;
        if (receiver.Owner is not { } known || !ReferenceEquals(known.Facts, owner.Facts))
            known = receiver.Owner = Learn(receiver.Instance, owner);
        var slots = this[OwnerRows.Udp].Add(known);
        slots[OwnerRows.UdpProcesses] = owner.Processes;
        if (owner.Facts.Role == OwnerRole.Holder)
            slots[OwnerRows.UdpInfo] = 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static OwnerInstance Learn(EndpointInstance of, Owner owner) => new(of, owner.Facts);

    void Fill(Slots slots, Owner owner)
    {
        var connects = _sockets?.Cgroups?.Of(owner.Id) ?? default;
        var strain = owner.Strain with { Unanswered = connects.Unanswered };
        (slots[OwnerRows.Cause], slots[OwnerRows.Looked]) = ((long)strain.Cause, strain.Processes);
        slots[OwnerRows.AtFileLimit] = strain.AtFileLimit;
        (slots[OwnerRows.Files], slots[OwnerRows.FilesLimit]) = (strain.Files, strain.FilesLimit);
        (slots[OwnerRows.Run], slots[OwnerRows.MostRun], slots[OwnerRows.MostWait]) = (strain.Run, strain.MostRun, strain.MostWait);
        (slots[OwnerRows.Periods], slots[OwnerRows.ThrottledPeriods]) = (strain.Periods, strain.ThrottledPeriods);
        slots[OwnerRows.Unanswered] = connects.Unanswered;
        if (connects.Unanswered == 0)
            return;
        (slots[OwnerRows.BackendHigh], slots[OwnerRows.BackendLow]) = ((long)connects.Backend.High, (long)connects.Backend.Low);
        slots[OwnerRows.BackendPort] = connects.Backend.Port;
        slots[OwnerRows.BackendAge] = _sockets!.SynAgeOf(connects);
    }

    internal override void Reopen()
    {
        if (_lane.IsRunning)
            return;
        foreach (var (_, owner) in _owners)
            owner.LookedAt = Absent;
        _lane.Rest(0, 0);
    }

    public override void Dispose()
    {
        _lane.Dispose();
        _look?.Dispose();
        base.Dispose();
    }
}
