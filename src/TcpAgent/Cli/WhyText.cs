using System.Globalization;
using System.Text;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>The verdict for a person at a shell: the answer first, then the numbers, all within the width of the terminal.</summary>
sealed class WhyText
{
    const string Red = "\e[1;31m", Yellow = "\e[33m", Green = "\e[32m", Bold = "\e[1m", Dim = "\e[2m", Reset = "\e[0m";

    readonly StringBuilder _text = new();
    readonly Terminal _terminal;

    WhyText(Terminal terminal) => _terminal = terminal;

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
            ResourceState.Unknown => (Yellow, $"CANNOT TELL: no limit was seen, but {names} could not be read"),
            _ => (Green, "OK: no queue or table limits traffic"),
        };
        Paragraph(colour, $"{answer} (watched {watched} s)", "", "");
        var lossOnly = new List<string>();
        foreach (var report in verdict.Resources)
            if (report.IsLossWithoutSaturation)
                lossOnly.Add(report.Resource.Name);
        if (lossOnly.Count > 0)
            Paragraph(Yellow, $"Loss without saturation: {string.Join(", ", lossOnly)}", "", "");
    }

    static IEnumerable<string> Of(HostVerdict verdict, ResourceState state)
    {
        foreach (var report in verdict.In(state))
            yield return report.Subject.Length == 0 ? report.Resource.Name : $"{report.Resource.Name} of {report.Subject}";
    }

    void Explain(ResourceReport report)
    {
        _text.Append('\n');
        var subject = report.Subject.Length == 0 ? "" : $" of {report.Subject}";
        Paragraph(Bold, $"{report.Resource.Name}{subject}: {report.Resource.Title}", "", "");
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
        Paragraph("", title, "  ", "");
        for (var i = 0; i < entries.Count; i++)
            Paragraph("", entries[i], "    ", bullet ?? $"{i + 1}. ");
    }

    void Table(HostVerdict verdict)
    {
        _text.Append('\n');
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
                colour, report.Resource.Name, Number(report.Used, isBytes), Number(report.Limit, isBytes), Number(report.Peak, isBytes),
                Number(report.Losses, false), report.State.Name());
        }
        var absent = string.Join(", ", Names(verdict, ResourceState.Absent));
        if (absent.Length > 0)
            Paragraph(Dim, $"no such limit on this host or in this namespace: {absent}", "", "");
    }

    static IEnumerable<string> Names(HostVerdict verdict, ResourceState state)
    {
        foreach (var report in verdict.In(state))
            yield return report.Resource.Name;
    }

    void Row(string colour, string name, string used, string limit, string peak, string lost, string state) =>
        Line(colour, $"{name,-16}{used,13}{limit,13}{peak,13}{lost,11}  {state}");

    void Drops(HostVerdict verdict)
    {
        var title = "\ndropped, in packet order\n";
        foreach (var drop in verdict.Drops)
        {
            if (drop.Count == 0)
                continue;
            _text.Append(title);
            title = "";
            var rate = drop.PerSecond.ToString("0.#", CultureInfo.InvariantCulture);
            var note = drop.Stage.IsHarmful ? drop.Stage.Meaning : $"perhaps harmless: {drop.Stage.Meaning}";
            Paragraph("", $"{drop.Stage.Stage}: {drop.Count} ({rate}/s), {note}", "  ", "- ");
        }
    }

    void Findings(HostVerdict verdict)
    {
        if (verdict.Findings.Count == 0)
            return;
        _text.Append("\nnot limiting now, worth a look\n");
        foreach (var finding in verdict.Findings)
            Paragraph("", $"{finding.Severity}: {finding.Text}", "  ", "- ");
    }

    static string Number(long? value, bool isBytes)
    {
        if (value is not { } number)
            return "-";
        if (number > 1L << 60)
            return "unlimited";
        if (!isBytes || number < 1 << 20)
            return number.ToString(CultureInfo.InvariantCulture);
        return (number / (double)(1 << 20)).ToString("0.# MiB", CultureInfo.InvariantCulture);
    }

    /// <summary>Wraps at the terminal's width; further lines stand under the first's text.</summary>
    void Paragraph(string colour, string text, string indent, string bullet)
    {
        var prefix = indent + bullet;
        var line = new StringBuilder(prefix);
        var isEmpty = true;
        foreach (var word in text.Split(' '))
        {
            if (!isEmpty && line.Length + 1 + word.Length > _terminal.Width)
            {
                Line(colour, line.ToString());
                line.Clear().Append(' ', prefix.Length);
                isEmpty = true;
            }
            line.Append(isEmpty ? "" : " ").Append(word);
            isEmpty = false;
        }
        Line(colour, line.ToString());
    }

    void Line(string colour, string line)
    {
        if (_terminal.HasColour && colour.Length > 0)
            _text.Append(colour).Append(line).Append(Reset).Append('\n');
        else
            _text.Append(line).Append('\n');
    }
}
