using System.Text;
using TcpAgent.Resources;
using TcpAgent.Verdict;
using static TcpAgent.Cli.TerminalText;

namespace TcpAgent.Cli;

/// <summary>
/// The live view of a terminal: headline, the limits that are not fine with their last minute, and the last events. It uses the
/// alternate screen, so that the terminal is afterwards as it was.
/// </summary>
sealed class LiveScreen(Stream output, Func<Terminal> detect) : ILiveView
{
    /// <summary>Alternate screen, no cursor, no wrapping of long lines; and back (xterm's control sequences).</summary>
    const string Enter = "\e[?1049h\e[?25l\e[?7l", Leave = "\e[?7h\e[?25h\e[?1049l";

    const string Home = "\e[H", EraseLine = "\e[K", EraseBelow = "\e[J";

    readonly LiveEvents _events = new();
    readonly Trails _trails = new();
    bool _isOpen;
    string _origin = "";

    /// <summary>Adds what happened before the view was opened.</summary>
    internal void Recall(List<(DateTimeOffset Time, string Text)> events)
    {
        foreach (var (time, text) in events)
            _events.Tell(time, text);
    }

    public async Task Show(HostVerdict verdict, IVerdictFeed feed)
    {
        if (_origin.Length > 0 && _origin != feed.Origin)
            _events.Tell(verdict.Time, $"{_origin} no longer answers");
        _origin = feed.Origin;
        _events.Add(verdict);
        _trails.Add(verdict);
        var terminal = detect();
        var lines = Draw(verdict, feed, terminal).TrimEnd('\n').Split('\n');
        var screen = new StringBuilder(_isOpen ? Home : Enter + Home);
        _isOpen = true;
        for (var i = 0; i < lines.Length && i < terminal.Height; i++)
            screen.Append(i == 0 ? "" : "\n").Append(lines[i]).Append(EraseLine);
        await Send(screen.Append(EraseBelow).ToString());
    }

    public async Task Close()
    {
        if (_isOpen)
            await Send(Leave);
    }

    string Draw(HostVerdict verdict, IVerdictFeed feed, Terminal terminal)
    {
        var text = new TerminalText(terminal);
        text.Paragraph(WhyText.ColourOf(verdict.State), WhyHeadline.Of(verdict, feed.IsOfAgent, TimeZoneInfo.Local));
        if (verdict.State is ResourceState.Limiting or ResourceState.Near && verdict.Headline.Length > 0)
            text.Paragraph(Bold, $"{verdict.Headline}.");
        foreach (var finding in verdict.Findings)
            if (finding.Headline is { } headline)
                text.Paragraph(Yellow, $"{headline}.");
        text.Line();
        var ok = 0;
        foreach (var report in verdict.Resources)
            if (report.State is ResourceState.Limiting or ResourceState.Near || report.IsLossWithoutSaturation)
                Row(text, report, terminal);
            else
                ok += report.State == ResourceState.Ok ? 1 : 0;
        text.Line(Dim, $"{ok} limits ok");
        text.Line();
        foreach (var (time, what) in _events.All)
            text.Paragraph("", what, $"{WhyHeadline.Clock(time, verdict.Time, TimeZoneInfo.Local)}  ");
        text.Line(
            Dim, $"{WhyHeadline.Clock(verdict.Time, verdict.Time, TimeZoneInfo.Local)}  {feed.Origin}; Ctrl-C ends with the answer");
        return text.ToString();
    }

    void Row(TerminalText text, ResourceReport report, Terminal terminal)
    {
        var (used, lost) = _trails.Draw(report);
        text.Paragraph(
            WhyTable.ColourOf(report.State),
            $"{WhyHeadline.Name(report)}: {Figures.Fill(report, report.Used)} {Figures.Percent(report, report.Used)}".TrimEnd());
        text.Line("", $"  used {used.Draw(terminal.HasBlocks)}");
        if (report.Losses is { } losses)
            text.Line("", $"  lost {lost.Draw(terminal.HasBlocks)} {Figures.Count(losses)}");
        text.Line();
    }

    async Task Send(string text)
    {
        await output.WriteAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None);
        await output.FlushAsync(CancellationToken.None);
    }
}
