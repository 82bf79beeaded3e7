using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>The verdict in one line: what limits, since when, how full it is and what was lost in which time.</summary>
static class WhyHeadline
{
    /// <param name="verdict">The verdict.</param>
    /// <param name="isOfAgent">Whether an agent answered, which knows since when; a watch that begins now does not.</param>
    /// <param name="zone">The time zone of the reader.</param>
    /// <param name="provenance">What was judged; null for this host now.</param>
    internal static string Of(HostVerdict verdict, bool isOfAgent, TimeZoneInfo zone, Provenance? provenance = null)
    {
        var window = provenance?.Window ?? Window(verdict, isOfAgent);
        string State(ResourceReport report) => WhyHeadline.State(report, provenance?.IsMoment ?? false);
        var reports = new List<ResourceReport>(verdict.In(verdict.State));
        string Since(ResourceReport report) => isOfAgent && report.Since is { } since ? $" since {Clock(since, verdict.Time, zone)}" : "";
        switch (verdict.State)
        {
            case ResourceState.Limiting or ResourceState.Near:
                var answer = verdict.State == ResourceState.Limiting ? "LIMITING" : "NEAR A LIMIT";
                return reports is [var only]
                    ? $"{answer}: {Name(only)}{Since(only)} ({window}{After("; ", State(only))})"
                    : $"{answer}: {string.Join(", ", reports.ConvertAll(one => $"{Name(one)}{Since(one)}{After(" (", State(one), ")")}"))} "
                        + $"({window})";
            case ResourceState.Unknown:
                var names = string.Join(", ", reports.ConvertAll(Name));
                return $"CANNOT TELL: no limit was seen, but {names} could not be read{Incomplete(reports)} ({window})";
            default:
                return $"OK: no queue or table limits traffic ({window})";
        }
    }

    /// <summary>The time that the verdict covers, and who watched it: "agent's last 60 s".</summary>
    internal static string Window(HostVerdict verdict, bool isOfAgent)
    {
        var seconds = Figures.Seconds(verdict.WatchedSeconds);
        return isOfAgent ? $"agent's last {seconds} s" : $"watched {seconds} s";
    }

    internal static string Name(ResourceReport report) =>
        report.Subject.Length == 0 ? report.Resource.Name : $"{report.Resource.Name} of {report.Subject}";

    /// <summary>"now 5 of 4, 495 lost": a window without a loss is no proof, so earlier losses are said too.</summary>
    internal static string State(ResourceReport report, bool isMoment = false)
    {
        var fill = Figures.Fill(report, report.Used);
        var now = fill.Length == 0 ? "" : $"now {fill}";
        if (report.State == ResourceState.Near && Figures.PeakPercent(report) is { Length: > 0 } percent)
            now = Both(now, $"peak {percent}");
        return report.Losses switch
        {
            _ when isMoment => report.LossesTotal > 0 ? Both(now, $"{Figures.Count(report.LossesTotal.Value)} lost since boot") : now,
            > 0 and var losses => Both(now, $"{Figures.Count(losses)} lost"),
            0 when report.LossesTotal > 0 => Both(now, $"none lost in this time, {Figures.Count(report.LossesTotal.Value)} earlier"),
            0 => Both(now, "none lost in this time"),
            _ => now,
        };
    }

    /// <summary>The clock time, with the date if it was on another day.</summary>
    internal static string Clock(DateTimeOffset time, DateTimeOffset now, TimeZoneInfo zone)
    {
        var (then, today) = (TimeZoneInfo.ConvertTime(time, zone), TimeZoneInfo.ConvertTime(now, zone));
        return then.Date == today.Date ? $"{then:HH:mm:ss}" : $"{then:yyyy-MM-dd HH:mm:ss}";
    }

    static string Incomplete(List<ResourceReport> reports) =>
        reports.Exists(report => report.IsIncomplete) ? " whole: there are more of them than the agent follows" : "";

    static string After(string before, string text, string after = "") => text.Length == 0 ? "" : $"{before}{text}{after}";

    static string Both(string first, string second) => first.Length == 0 ? second : $"{first}, {second}";
}
