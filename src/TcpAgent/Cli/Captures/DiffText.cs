using System.Text;
using TcpAgent.Resources;
using TcpAgent.Verdict;
using static TcpAgent.Cli.TerminalText;

namespace TcpAgent.Cli;

/// <summary>Differences for a person at a shell, within the width of the terminal.</summary>
sealed class DiffText(Terminal terminal)
{
    readonly TerminalText _text = new(terminal);

    internal byte[] Write(Differences found)
    {
        Side("A", found.A);
        Side("B", found.B);
        List("limits", found.Resources.ConvertAll(one => $"{one.Name}: A {Words(one.A)}; B {Words(one.B)}"), "none differs");
        List("dropped only in A", found.DropsOnlyInA.ConvertAll(Words));
        List("dropped only in B", found.DropsOnlyInB.ConvertAll(Words));
        if (!found.KnowsDrops)
            List("dropped", [], "not known: a capture of one moment counts since boot");
        List("findings only in A", found.FindingsOnlyInA.ConvertAll(Words));
        List("findings only in B", found.FindingsOnlyInB.ConvertAll(Words));
        List(
            "settings", found.Settings.ConvertAll(one => $"{one.Name}: A {one.A ?? "has none"}, B {one.B ?? "has none"}"),
            found.KnowsSettings ? "none differs" : "not known on both sides");
        return Encoding.UTF8.GetBytes(_text.ToString());
    }

    void Side(string name, Captured side)
    {
        _text.Paragraph(Bold, side.Provenance.Title, $"{name}: ");
        _text.Paragraph(
            WhyText.ColourOf(side.Verdict.State),
            WhyHeadline.Of(side.Verdict, side.Provenance.KnowsSince, TimeZoneInfo.Local, side.Provenance), "   ");
    }

    static string Words(ResourceReport? report)
    {
        if (report is null)
            return "not recorded";
        var fill = Figures.Fill(report, report.Used);
        var state = report.State.Name();
        return $"{state}{(fill.Length > 0 ? $", {fill}" : "")}{(report.Subject.Length > 0 ? $" ({report.Subject})" : "")}";
    }

    static string Words(DropReport drop) => $"{drop.Stage.Stage}: {Figures.Count(drop.Count)}, {drop.Stage.Meaning}";

    static string Words(Finding finding) => $"{finding.Severity}: {finding.Text}";

    /// <param name="title">Above the list.</param>
    /// <param name="entries">A paragraph each.</param>
    /// <param name="none">What to say without entries; null leaves the title out too.</param>
    void List(string title, List<string> entries, string? none = null)
    {
        if (entries.Count == 0 && none is null)
            return;
        _text.Line();
        _text.Line(Bold, title);
        foreach (var entry in entries.Count > 0 ? entries : [none!])
            _text.Paragraph("", entry, "  - ");
    }
}
