using System.Globalization;
using System.Text;
using TcpAgent.Resources;
using TcpAgent.Verdict;
using static TcpAgent.Cli.TerminalText;

namespace TcpAgent.Cli;

/// <summary>The verdict for a person at a shell: the answer first, then the numbers, all within the width of the terminal.</summary>
sealed class WhyText
{
    readonly TerminalText _text;

    WhyText(Terminal terminal) => _text = new TerminalText(terminal);

    internal static WhyText For(Terminal terminal) => new(terminal);

    internal byte[] Write(HostVerdict verdict)
    {
        Headline(verdict);
        foreach (var state in (ResourceState[])[ResourceState.Limiting, ResourceState.Near])
            foreach (var report in verdict.In(state))
                Explain(report);
        foreach (var report in verdict.Resources)
            if (report.IsLossWithoutSaturation)
                Explain(report);
        Table(verdict);
        Drops(verdict);
        Findings(verdict);
        return Encoding.UTF8.GetBytes(_text.ToString());
    }

    void Headline(HostVerdict verdict)
    {
        var names = string.Join(", ", Of(verdict, verdict.State));
        var watched = verdict.WatchedSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        var (colour, answer) = verdict.State switch
        {
            ResourceState.Limiting => (Red, $"LIMITING: {names}"),
            ResourceState.Near => (Yellow, $"NEAR A LIMIT, no loss: {names}"),
            ResourceState.Unknown => (Yellow, $"CANNOT TELL: no limit was seen, but {names} could not be read{Incomplete(verdict)}"),
            _ => (Green, "OK: no queue or table limits traffic"),
        };
        _text.Paragraph(colour, $"{answer} (watched {watched} s)");
        foreach (var finding in verdict.Findings)
            if (finding.Headline is { } headline)
                _text.Paragraph(Yellow, $"{headline}.");
        var lossOnly = new List<string>();
        foreach (var report in verdict.Resources)
            if (report.IsLossWithoutSaturation)
                lossOnly.Add(report.Resource.Name);
        if (lossOnly.Count > 0)
            _text.Paragraph(Yellow, $"Loss without saturation: {string.Join(", ", lossOnly)}");
    }

    static string Incomplete(HostVerdict verdict)
    {
        foreach (var report in verdict.In(ResourceState.Unknown))
            if (report.IsIncomplete)
                return " whole: there are more of them than the agent follows";
        return "";
    }

    static IEnumerable<string> Of(HostVerdict verdict, ResourceState state)
    {
        foreach (var report in verdict.In(state))
            yield return report.Subject.Length == 0 ? report.Resource.Name : $"{report.Resource.Name} of {report.Subject}";
    }

    void Explain(ResourceReport report)
    {
        _text.Line();
        var subject = report.Subject.Length == 0 ? "" : $" of {report.Subject}";
        _text.Paragraph(Bold, $"{report.Resource.Name}{subject}: {report.Resource.Title}");
        List("why", report.Evidence, "- ");
        List("change", report.Advice, null);
        List("will not help", report.WillNotFix, "- ");
    }

    /// <param name="title">Above the list; nothing at all without entries.</param>
    /// <param name="entries">A paragraph each.</param>
    /// <param name="bullet">Null to number them.</param>
    void List(string title, List<string> entries, string? bullet)
    {
        if (entries.Count == 0)
            return;
        _text.Paragraph("", title, "  ");
        for (var i = 0; i < entries.Count; i++)
            _text.Paragraph("", entries[i], $"    {bullet ?? $"{i + 1}. "}");
    }

    void Table(HostVerdict verdict)
    {
        _text.Line();
        Row(Dim, "resource", "used", "limit", "peak", "lost", "state");
        foreach (var report in verdict.Resources)
        {
            if (report.State == ResourceState.Absent)
                continue;
            var colour = report.State switch
            {
                ResourceState.Limiting => Red,
                ResourceState.Near or ResourceState.Unknown => Yellow,
                _ => "",
            };
            var isBytes = report.Resource.Unit == "bytes";
            Row(
                colour, report.Resource.Name, Number(report.Used, isBytes), Limit(report.Limit, isBytes), Number(report.Peak, isBytes),
                Number(report.Losses, false), report.State.Name());
        }
        var absent = string.Join(", ", Names(verdict, ResourceState.Absent));
        if (absent.Length > 0)
            _text.Paragraph(Dim, $"no such limit on this host or in this namespace: {absent}");
    }

    static IEnumerable<string> Names(HostVerdict verdict, ResourceState state)
    {
        foreach (var report in verdict.In(state))
            yield return report.Resource.Name;
    }

    void Row(string colour, string name, string used, string limit, string peak, string lost, string state) =>
        _text.Line(colour, $"{name,-20}{used,12}{limit,13}{peak,13}{lost,11}  {state}");

    void Drops(HostVerdict verdict)
    {
        var isFirst = true;
        foreach (var drop in verdict.Drops)
        {
            if (drop.Count == 0)
                continue;
            if (isFirst)
                Title("dropped, in packet order");
            isFirst = false;
            var rate = drop.PerSecond.ToString("0.#", CultureInfo.InvariantCulture);
            var note = drop.Stage.IsHarmful ? drop.Stage.Meaning : $"perhaps harmless: {drop.Stage.Meaning}";
            _text.Paragraph("", $"{drop.Stage.Stage}: {drop.Count} ({rate}/s), {note}", "  - ");
        }
    }

    void Findings(HostVerdict verdict)
    {
        if (verdict.Findings.Count == 0)
            return;
        Title("not limiting now, worth a look");
        foreach (var finding in verdict.Findings)
            _text.Paragraph("", $"{finding.Severity}: {finding.Text}", "  - ");
    }

    void Title(string title)
    {
        _text.Line();
        _text.Line("", title);
    }

    /// <summary>What is as large as a long is the kernel's way to say that there is none.</summary>
    static string Limit(long? value, bool isBytes) => value > 1L << 60 ? "unlimited" : Number(value, isBytes);

    static string Number(long? value, bool isBytes)
    {
        if (value is not { } number)
            return "-";
        if (!isBytes || number < 1 << 20)
            return number.ToString(CultureInfo.InvariantCulture);
        return (number / (double)(1 << 20)).ToString("0.# MiB", CultureInfo.InvariantCulture);
    }
}
