using TcpAgent.Resources;
using TcpAgent.Verdict;
using static TcpAgent.Cli.TerminalText;

namespace TcpAgent.Cli;

/// <summary>All limits of a verdict, one to a line. A narrow terminal gets no peak, the narrowest no losses, a wide one a bar.</summary>
/// <param name="text">Receives the lines.</param>
/// <param name="terminal">Where it is shown.</param>
/// <param name="isMoment">Whether the verdict rests on one sample, which knows no losses of its time.</param>
sealed class WhyTable(TerminalText text, Terminal terminal, bool isMoment)
{
    const int WithLosses = 66, WithPeak = 79, WithBar = 90, BarWidth = 10;

    internal void Write(HostVerdict verdict)
    {
        Row(Dim, "resource", "used", "limit", "%", "peak", "lost", "state", "");
        foreach (var report in verdict.Resources)
            if (report.State != ResourceState.Absent)
                Row(
                    ColourOf(report.State), report.Resource.Name, Figures.Of(report, report.Used), Figures.Of(report, report.Limit),
                    Figures.PeakPercent(report), Figures.Of(report, report.Peak),
                    !isMoment && report.Losses is { } losses ? Figures.Count(losses) : "-", report.State.Name(), Bar(report));
        var absent = new List<string>();
        foreach (var report in verdict.In(ResourceState.Absent))
            absent.Add(report.Resource.Name);
        if (absent.Count > 0)
            text.Paragraph(Dim, $"no such limit on this host or in this namespace: {string.Join(", ", absent)}");
    }

    internal static string ColourOf(ResourceState state) => state switch
    {
        ResourceState.Limiting => Red,
        ResourceState.Near or ResourceState.Unknown => Yellow,
        _ => "",
    };

    void Row(string colour, string name, string used, string limit, string percent, string peak, string lost, string state, string bar)
    {
        var highest = terminal.Width < WithPeak ? "" : $"{peak,12}";
        var losses = terminal.Width < WithLosses ? "" : $"{lost,9}";
        text.Line(colour, $"{name,-19}{used,12}{limit,13}{percent,5}{highest}{losses} {state,-8} {bar}".TrimEnd());
    }

    /// <summary>The peak as a bar; full from the limit on.</summary>
    string Bar(ResourceReport report)
    {
        if (terminal.Width < WithBar || !terminal.IsScreen || Figures.PeakShare(report) is not { } share)
            return "";
        var filled = (int)Math.Ceiling(Math.Clamp(share, 0, 1) * BarWidth);
        return $"{new string('#', filled)}{new string('.', BarWidth - filled)}";
    }
}
