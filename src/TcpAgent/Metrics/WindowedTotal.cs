using TcpAgent.Kernel;

namespace TcpAgent.Metrics;

/// <summary>A sum that only rises, and how much of it was added within a sliding window.</summary>
sealed class WindowedTotal(TimeSpan window, TimeProvider time)
{
    /// <summary>
    /// What the sum was before each addition, negated: the sum only rises, so the highest of the window is the least, which is where the
    /// window began.
    /// </summary>
    readonly PeakWindow _before = new(1, window, time, PeakWindow.FewParts);

    internal long Total { get; private set; }

    /// <summary>Added within the window, 0 before the first addition.</summary>
    internal long Recent => _before[0] == KernelValue.Absent ? 0 : Total + _before[0];

    /// <summary>At each tick, also when nothing is to be added, since that moves the window on.</summary>
    internal void Add(long timestamp, long amount)
    {
        _before.Record(timestamp, [-Total]);
        Total += amount;
    }
}
