using TcpAgent.Kernel;

namespace TcpAgent.Metrics;

/// <summary>Sums that only rise, and of each the part that was added within a sliding window.</summary>
sealed class WindowedTotals(int series, TimeSpan window, TimeProvider time)
{
    /// <summary>
    /// The negated sums before each addition. A sum only rises, so the highest value in the window is the lowest sum, which is where the
    /// window began.
    /// </summary>
    readonly PeakWindow _before = new(series, window, time, PeakWindow.FewParts);

    readonly long[] _negated = new long[series];

    /// <summary>Everything added to a series.</summary>
    internal long Total(int one) => -_negated[one];

    /// <summary>The amount added within the window; 0 before the first addition.</summary>
    internal long Recent(int one) => _before[one] == KernelValue.Absent ? 0 : _before[one] - _negated[one];

    /// <summary>Advances the window and adds one amount to each series.</summary>
    internal void Add(long timestamp, ReadOnlySpan<long> amounts)
    {
        _before.Record(timestamp, _negated);
        for (var i = 0; i < amounts.Length; i++)
            _negated[i] -= amounts[i];
    }
}
