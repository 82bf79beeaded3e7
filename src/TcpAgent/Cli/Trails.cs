using TcpAgent.Kernel;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>The last minute of each resource's use and losses, for the charts of a live view.</summary>
sealed class Trails
{
    /// <summary>Verdicts that are kept, one a second.</summary>
    internal const int Length = 60;

    readonly Dictionary<string, List<(long Used, long Lost)>> _trails = [];

    internal void Add(HostVerdict verdict)
    {
        foreach (var report in verdict.Resources)
        {
            if (!_trails.TryGetValue(report.Resource.Name, out var trail))
                _trails[report.Resource.Name] = trail = [];
            if (trail.Count == Length)
                trail.RemoveAt(0);
            trail.Add((report.Used ?? KernelValue.Absent, report.LossesTotal ?? KernelValue.Absent));
        }
    }

    internal (Chart Used, Chart Lost) Draw(ResourceReport report)
    {
        var (used, lost) = (new Chart(Length, isCounter: false), new Chart(Length, isCounter: true));
        var trail = _trails[report.Resource.Name];
        for (var i = 0; i < trail.Count; i++)
        {
            var column = Length - trail.Count + i;
            used.Add(column, trail[i].Used);
            lost.Add(column, trail[i].Lost);
        }
        return (used, lost);
    }
}
