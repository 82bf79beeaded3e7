using TcpAgent.Kernel;

namespace TcpAgent.Metrics;

/// <summary>A sum that only rises, and the part of it that was added within a sliding window.</summary>
sealed class WindowedTotal(TimeSpan window, TimeProvider time)
{
    /// <summary>
    /// The negated sum before each addition. The sum only rises, so the highest value in the window is the lowest sum, which is where the
    /// window began.
    /// </summary>
    readonly PeakWindow _before = new(1, window, time, PeakWindow.FewParts);

    internal long Total { get; private set; }

    /// <summary>The amount added within the window; 0 before the first addition.</summary>
    internal long Recent => _before[0] == KernelValue.Absent ? 0 : Total + _before[0];

    /// <summary>Called at each tick, even if there is nothing to add, because it advances the window.</summary>
    internal void Add(long timestamp, long amount)
    {
        // The usual case: as long as nothing is added to an empty window, time does not change it.
        if (amount == 0 && Recent == 0)
            return;
        _before.Record(timestamp, [-Total]);
        Total += amount;
    }
}
