namespace TcpAgent.Sources;

/// <param name="Interval">Time between two ticks, from 100 ms.</param>
/// <param name="WalkBudget">Share of one CPU that walks of the socket table may use, above 0 to 1.</param>
/// <param name="PeakWindow">Length of the window in which peaks are held.</param>
/// <param name="MaxListeners">Listeners exported; the busiest are kept.</param>
/// <param name="AllNetstatFields">Whether fields of netstat and snmp that no row names are exported too.</param>
/// <param name="IsEnabled">Whether a source is exported, by its name.</param>
sealed record SamplingOptions(
    TimeSpan Interval, double WalkBudget, TimeSpan PeakWindow, int MaxListeners, bool AllNetstatFields, Func<string, bool> IsEnabled)
{
    internal static SamplingOptions Default { get; } = new(TimeSpan.FromSeconds(1), 0.01, TimeSpan.FromSeconds(60), 256, false, _ => true);
}
