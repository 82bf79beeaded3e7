using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>Follows one stage of the drop ledger from tick to tick.</summary>
sealed class DropGauge
{
    readonly DropStage _stage;
    readonly IPacketCount _dropped;
    readonly IPacketCount? _passed;
    readonly WindowedTotal _recent;
    readonly WindowedTotal _recentPassed;

    internal DropGauge(DropStage stage, Wiring wiring, TimeSpan window, TimeProvider time)
    {
        (_stage, _dropped, _passed) = (stage, stage.Tally(wiring), stage.Passed?.Invoke(wiring));
        (_recent, _recentPassed) = (new WindowedTotal(window, time), new WindowedTotal(window, time));
    }

    /// <param name="tick">The present tick.</param>
    /// <param name="table">The table of <see cref="DropRows"/>.</param>
    internal void Update(in Tick tick, Table table)
    {
        _dropped.Update();
        _passed?.Update();
        _recent.Add(tick.Timestamp, _dropped.Increase);
        _recentPassed.Add(tick.Timestamp, _passed?.Increase ?? 0);
        if (_dropped.Total == KernelValue.Absent)
            return;
        var slots = table.Add(_stage.Instance);
        slots[DropRows.Total] = _dropped.Total;
        slots[DropRows.Recent] = _recent.Recent;
        if (_passed is not null)
            slots[DropRows.RecentPassed] = _recentPassed.Recent;
    }
}
