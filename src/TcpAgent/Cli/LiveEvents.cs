using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>The changes that a live view has seen, and when each problem began that was there before.</summary>
sealed class LiveEvents
{
    internal const int Most = 10;

    readonly List<(DateTimeOffset Time, string Text)> _events = [];
    HostVerdict? _before;

    /// <summary>The last ones, the latest last.</summary>
    internal IReadOnlyList<(DateTimeOffset Time, string Text)> All => _events;

    internal void Add(HostVerdict verdict)
    {
        // What was recorded already tells when each problem began.
        var isFirst = _before is null && _events.Count == 0;
        foreach (var report in verdict.Resources)
        {
            var before = StateBefore(report.Resource);
            if (before is null ? isFirst && report.State is (ResourceState.Limiting or ResourceState.Near) : report.State != before)
                Tell(before is null ? report.Since ?? verdict.Time : verdict.Time, Describe(report), isOld: before is null);
        }
        _before = verdict;
    }

    internal void Tell(DateTimeOffset time, string text, bool isOld = false)
    {
        _events.Add((time, text));
        if (isOld)
            _events.Sort(static (a, b) => a.Time.CompareTo(b.Time));
        if (_events.Count > Most)
            _events.RemoveAt(0);
    }

    ResourceState? StateBefore(Resource resource)
    {
        if (_before is not null)
            foreach (var report in _before.Resources)
                if (report.Resource.Name == resource.Name)
                    return report.State;
        return null;
    }

    static string Describe(ResourceReport report)
    {
        var fill = Figures.Fill(report, report.Used);
        return report.State switch
        {
            ResourceState.Limiting => $"{WhyHeadline.Name(report)} is limiting{(fill.Length > 0 ? $", {fill}" : "")}",
            ResourceState.Near => $"{WhyHeadline.Name(report)} is near its limit{(fill.Length > 0 ? $", {fill}" : "")}",
            ResourceState.Ok => $"{report.Resource.Name} is ok again",
            ResourceState.Unknown => $"{report.Resource.Name} cannot be read",
            _ => $"{report.Resource.Name} is gone",
        };
    }
}
