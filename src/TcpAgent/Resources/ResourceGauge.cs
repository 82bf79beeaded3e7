using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>Follows one resource from tick to tick: peaks, losses, seconds at the limit, state.</summary>
sealed class ResourceGauge
{
    readonly Usage? _usage;
    readonly Usage? _pressure;
    readonly Loss[] _losses;
    readonly FullestWindow _fullest;
    readonly WindowedTotal _lost;
    readonly WindowedTotal _proven;
    readonly PeakWindow _mostLost;

    /// <summary>Follows whether a queue stays near its limit; null for a table.</summary>
    readonly NearStay? _stay;
    readonly TimeProvider _time;
    readonly Source[] _sources;

    /// <summary>Losses within the window.</summary>
    readonly long _lossesToProve;

    /// <summary>The instance that lost something last.</summary>
    Instance? _lastBlamed;

    /// <summary>Losses under the rule WhileNear that count. The totals of their kernel counters say nothing about this resource.</summary>
    long _whileNear;

    /// <summary>The part of the other counters that was no loss, under the rule None.</summary>
    long _noLosses;

    /// <summary>Time at the limit in nanoseconds.</summary>
    long _saturated;

    /// <summary>The time in which the losses of this tick fell, if it was longer than a tick.</summary>
    long _covered;

    /// <summary>The most that one tick may add to it: while the agent was stopped it saw nothing.</summary>
    readonly long _longest;
    long _lastTimestamp = KernelValue.Absent;
    Fill _now = Fill.None;

    internal ResourceGauge(Resource resource, Wiring wiring, SamplingOptions options, TimeProvider time)
    {
        var window = options.PeakWindow;
        _longest = 2 * (long)options.Interval.TotalNanoseconds;
        (Resource, _usage, _losses, _pressure, _time, _sources) =
            (resource, resource.Usage(wiring), resource.Losses(wiring), resource.Pressure?.Invoke(wiring), time,
                wiring.Named(resource.Sources));
        _fullest = new FullestWindow(window, time);
        (_lost, _proven) = (new WindowedTotal(window, time), new WindowedTotal(window, time));
        _mostLost = new PeakWindow(1, window, time, PeakWindow.FewParts);
        _lossesToProve = resource.StrayLossSeconds == 0 ? 1 : Math.Max(3, 1 + ((long)window.TotalSeconds / resource.StrayLossSeconds));
        _stay = resource.StaysBelow is null ? null : new NearStay(resource, _usage, window, time);
    }

    internal Resource Resource { get; }

    /// <summary>The listener, CPU, queue or tuple behind the figures; null where there is only one, and while none stands out.</summary>
    internal Instance? Subject => _fullest.Fullest.Used > 0 ? _fullest.Fullest.Of : _lastBlamed;

    internal ResourceState State { get; private set; }

    /// <summary>
    /// Wall clock in milliseconds when the state turned to its value; absent while it has not turned since the first tick.
    /// </summary>
    internal long Since { get; private set; } = KernelValue.Absent;

    /// <summary>
    /// Whether this host shows the resource's state: by its limit, which a child namespace may lack, or by a loss counter of its own. Where
    /// some instances were not read, only a problem of the others can be known.
    /// </summary>
    internal bool IsKnown { get; private set; }

    internal void Update(in Tick tick)
    {
        var scan = new Scan(_fullest.Fullest.Of);
        _usage?.Look(ref scan);
        _fullest.Record(tick.Timestamp, scan.Fullest);
        _stay?.Update(tick.Timestamp, scan.Fullest);
        var isFull = Count(tick.Timestamp, scan.Fullest) | IsFull(scan.Fullest);
        _now = Now(scan);

        var (before, isFirst) = (State, _lastTimestamp == KernelValue.Absent);
        if (isFull && !isFirst)
            _saturated += Math.Max(_covered, Math.Min(_time.Nanoseconds(tick.Timestamp - _lastTimestamp), _longest));
        _lastTimestamp = tick.Timestamp;
        State = _proven.Recent >= _lossesToProve || (Resource.LimitIsProof && IsFull(_fullest.Fullest)) ? ResourceState.Limiting
            : _stay?.WasNear ?? IsNear() ? ResourceState.Near
            : ResourceState.Ok;
        if (State != before && !isFirst)
            Since = _time.GetUtcNow().ToUnixTimeMilliseconds();
        IsKnown = (scan.Fullest is { IsKnown: true, Limit: not KernelValue.Absent } || HasLosses())
            && (State != ResourceState.Ok || !IsIncomplete());
    }

    /// <summary>The present fill of the instance that was fullest in the window.</summary>
    Fill Now(in Scan scan)
    {
        var fullest = _fullest.Fullest.Of;
        if (ReferenceEquals(scan.Fullest.Of, fullest))
            return scan.Fullest;
        if (ReferenceEquals(scan.Followed.Of, fullest))
            return scan.Followed;
        var again = new Scan(fullest);
        _usage?.Look(ref again);
        return again.Followed;
    }

    /// <summary>Counts the losses of this tick. Returns true when something proves that the resource limits.</summary>
    bool Count(long timestamp, in Fill fullest)
    {
        var (lost, proven) = (0L, 0L);
        var isFirst = _lastTimestamp == KernelValue.Absent;
        _covered = 0;
        foreach (var loss in _losses)
        {
            var tally = loss.Tally;
            tally.Update();

            // Without a rise only the first tick gets here, because earlier counts may have been no loss either.
            if (tally.Increase == 0 && (loss.RuleNow is null || !isFirst))
                continue;
            var rule = loss.RuleNow?.Invoke() ?? loss.Rule;
            if (rule == LossRule.None && loss.Rule != LossRule.WhileNear)
                _noLosses += isFirst ? Math.Max(0, tally.Total) : tally.Increase;
            if (tally.Increase == 0)
                continue;
            var effect = LossEffect.Of(rule, tally.Increase, IsNear(loss));
            var worst = tally.Worst ?? loss.Blamed?.Invoke();
            if (effect.Raise == Raise.ToLimit)
                RaiseToFull(timestamp, worst ?? _usage?.Blamed, fullest);
            else if (effect.Raise == Raise.ToPressure)
                RaiseToPressure(timestamp, fullest);
            if (effect.Lost == 0)
                continue;
            _whileNear += rule == LossRule.WhileNear ? effect.Lost : 0;
            _lastBlamed = worst ?? loss.Of ?? _lastBlamed;
            (lost, proven) = (lost + effect.Lost, proven + effect.Proven);
            _covered = Math.Max(_covered, loss.Covered?.Invoke() ?? 0);
        }

        // Waiting too long proves the limit as well as a loss does.
        proven += fullest.IsProven ? 1 : 0;
        _lost.Add(timestamp, lost);
        _proven.Add(timestamp, proven);
        if (lost > 0 || _mostLost[0] != 0)
            _mostLost.Record(timestamp, [lost]);
        return proven > 0;
    }

    /// <summary>The loss proves that the resource was full, even if the sample came too late to see it.</summary>
    void RaiseToFull(long timestamp, Instance? blamed, in Fill fullest)
    {
        // If every instance looks empty, the first would be a guess. A later sample can still raise the peak.
        if (blamed is null && (fullest is { Of: not null, Used: 0 } || _usage?.IsFullestBlamed == false))
            return;
        var of = new Scan(blamed);
        if (blamed is not null)
            _usage?.Look(ref of);
        var fill = of.Followed.IsKnown ? of.Followed : fullest;
        if (!fill.IsKnown || fill.Limit == KernelValue.Absent)
            return;

        // A limit that was raised since the last sample is not the one that was reached.
        var isSame = _now.IsKnown && _now.Limit != KernelValue.Absent && ReferenceEquals(_now.Of, fill.Of);
        var limit = isSame ? Math.Min(_now.Limit, fill.Limit) : fill.Limit;
        var used = Math.Max(fill.Used, Resource.FullAt(limit));
        _fullest.Record(timestamp, fill with { Used = used, Limit = limit, IsProven = true });
    }

    void RaiseToPressure(long timestamp, in Fill fullest)
    {
        if (PressureMark is not KernelValue.Absent and var mark && fullest.IsKnown)
            _fullest.Record(timestamp, fullest with { Used = Math.Max(fullest.Used, mark) });
    }

    long PressureMark
    {
        get
        {
            var scan = new Scan(null);
            _pressure?.Look(ref scan);
            return scan.Fullest.Used;
        }
    }

    bool IsFull(in Fill fill) =>
        fill.IsKnown && fill.Limit != KernelValue.Absent
            && (Resource.FullAboveLimit ? fill.Used > fill.Limit : fill.Limit > 0 && fill.Used >= fill.Limit);

    bool IsNear() =>
        _fullest.Fullest.Fullness.Share >= Resource.Near
        || (PressureMark is > 0 and var mark && _fullest.Fullest.IsKnown && _fullest.Fullest.Used >= mark);

    /// <summary>Whether the resource is near its limit as far as this loss is concerned.</summary>
    bool IsNear(Loss loss) =>
        (loss.Of is null || ReferenceEquals(loss.Of, _fullest.Fullest.Of))
        && (loss.From is { } share ? _fullest.Fullest.Fullness.Share >= share : IsNear());

    /// <summary>True if the sources had no room for some of the objects they read.</summary>
    bool IsIncomplete()
    {
        foreach (var source in _sources)
            if (source.Unjudged > 0)
                return true;
        return false;
    }

    bool HasLosses()
    {
        foreach (var loss in _losses)
            if ((loss.Rule is LossRule.Proof or LossRule.Own) && loss.Tally.Total != KernelValue.Absent)
                return true;
        return false;
    }

    long TotalLosses()
    {
        var total = KernelValue.Absent;
        foreach (var loss in _losses)
            if (loss.Rule != LossRule.Pressure && loss.Tally.Total != KernelValue.Absent)
                total = Math.Max(0, total) + (loss.Rule == LossRule.WhileNear ? 0 : loss.Tally.Total);
        return total == KernelValue.Absent ? total : Math.Max(0, total + _whileNear - _noLosses);
    }

    internal void Store(Slots slots)
    {
        var total = TotalLosses();
        slots[ResourceRows.Used] = _now.Used;
        slots[ResourceRows.Limit] = _now.IsKnown ? _now.Limit : _fullest.Fullest.Limit;
        (slots[ResourceRows.UsedPeak], slots[ResourceRows.PeakLimit]) = (_fullest.Fullest.Used, _fullest.Fullest.Limit);
        slots[ResourceRows.LossesTotal] = total;
        slots[ResourceRows.RecentLosses] = total == KernelValue.Absent ? total : _lost.Recent;
        slots[ResourceRows.LossesPeak] = total == KernelValue.Absent ? total : _mostLost[0];
        slots[ResourceRows.SaturatedSeconds] = _saturated;
        slots[ResourceRows.State] = (long)State;
        slots[ResourceRows.Since] = Since;
    }
}
