using System.Text;
using TcpAgent.Resources;
using TcpAgent.Verdict;
using static TcpAgent.Cli.TerminalText;

namespace TcpAgent.Cli;

/// <summary>
/// The verdict for a person at a shell: the answer, why, what to do and what will not help, within the width of the terminal. What is fine
/// is counted; everything else is shown only on request, so that the answer does not scroll away.
/// </summary>
sealed class WhyText
{
    /// <summary>Entries of a list that is not shown whole. The first ones rest on the strongest evidence.</summary>
    const int MostAdvice = 3, MostWillNotHelp = 2;

    readonly Terminal _terminal;
    readonly TerminalText _text;
    readonly bool _isOfAgent;
    readonly bool _showsAll;
    readonly Func<ResourceReport, string?> _ownerOf;
    readonly Provenance? _provenance;
    int _leftOut;

    WhyText(Terminal terminal, bool isOfAgent, bool showsAll, Func<ResourceReport, string?> ownerOf, Provenance? provenance) =>
        (_terminal, _text, _isOfAgent, _showsAll, _ownerOf, _provenance) =
            (terminal, new TerminalText(terminal), isOfAgent, showsAll, ownerOf, provenance);

    bool IsMoment => _provenance is { IsMoment: true };

    /// <param name="terminal">Where it is shown.</param>
    /// <param name="isOfAgent">Whether an agent answered; otherwise this process watched.</param>
    /// <param name="showsAll">Whether to show every limit, drop and note.</param>
    /// <param name="ownerOf">Names the program that owns the subject of a report; null where that is unknown.</param>
    internal static WhyText For(
        Terminal terminal, bool isOfAgent = false, bool showsAll = false, Func<ResourceReport, string?>? ownerOf = null) =>
        new(terminal, isOfAgent, showsAll, ownerOf ?? (static _ => null), provenance: null);

    /// <summary>The text of a verdict that is not of this host now. Its sockets belong to nobody here.</summary>
    internal static WhyText For(Terminal terminal, Provenance provenance, bool showsAll) =>
        new(terminal, provenance.KnowsSince, showsAll, static _ => null, provenance);

    /// <param name="verdict">The verdict.</param>
    /// <param name="supposed">Limits to judge that are not there.</param>
    internal byte[] Write(HostVerdict verdict, IReadOnlyList<Supposition>? supposed = null)
    {
        var isIll = verdict.State is ResourceState.Limiting or ResourceState.Near;
        var (explained, mentioned) = Sort(verdict);
        if (_provenance is { } provenance)
            _text.Paragraph("", provenance.Title);
        _text.Paragraph(ColourOf(verdict.State), WhyHeadline.Of(verdict, _isOfAgent, TimeZoneInfo.Local, _provenance));
        foreach (var finding in verdict.Findings)
            if (finding.Headline is { } headline)
                _text.Paragraph(Yellow, $"{headline}.");
        foreach (var report in explained)
            Explain(report, hasTitle: explained.Count > 1 || !isIll);
        foreach (var report in mentioned)
            Mention(report);
        if (_showsAll)
        {
            _text.Line();
            new WhyTable(_text, _terminal, IsMoment).Write(verdict);
        }
        if (_showsAll || !isIll)
            Drops(verdict);
        if (verdict.Connections.Lines.Count > 0)
            _text.Line();
        List("connections", [.. verdict.Connections.Lines], "- ");
        Notes(verdict, isIll);
        if (supposed is { Count: > 0 })
            _text.Line();
        List("what if", WhatIf.Of(supposed ?? [], verdict).ConvertAll(WhatIfText.Of), "- ");
        if (!_showsAll)
            Rest(verdict, isIll);
        return Encoding.UTF8.GetBytes(_text.ToString());
    }

    internal static string ColourOf(ResourceState state) => state == ResourceState.Ok ? Green : WhyTable.ColourOf(state);

    /// <summary>What decides the verdict is explained; what is less bad is only mentioned beside it.</summary>
    (List<ResourceReport> Explained, List<ResourceReport> Mentioned) Sort(HostVerdict verdict)
    {
        var (explained, mentioned) = (new List<ResourceReport>(), new List<ResourceReport>());
        foreach (var state in (ResourceState[])[ResourceState.Limiting, ResourceState.Near])
            foreach (var report in verdict.In(state))
                (state == verdict.State || _showsAll ? explained : mentioned).Add(report);
        var isIll = explained.Count > 0;
        foreach (var report in verdict.Resources)
            if (report.IsLossWithoutSaturation)
                (!isIll || _showsAll ? explained : mentioned).Add(report);
        return (explained, mentioned);
    }

    static string TitleOf(ResourceReport report) => report.State switch
    {
        ResourceState.Near => "Near a limit",
        ResourceState.Ok => "Loss without saturation",
        _ => "Limiting",
    };

    void Explain(ResourceReport report, bool hasTitle)
    {
        _text.Line();
        if (hasTitle)
            _text.Paragraph(Bold, $"{TitleOf(report)}: {WhyHeadline.Name(report)}, {report.Resource.Title}");
        if (report.Headline.Length > 0)
            _text.Paragraph(Bold, $"{report.Headline}.");
        var owner = report.Owner is null && _ownerOf(report) is { } name ? (List<string>)[$"The socket belongs to {name}."] : [];
        List("why", [.. report.Evidence, .. owner], "- ");
        List("do", First(report.Advice, MostAdvice), null);
        List("will not help", First(report.WillNotFix, MostWillNotHelp), "- ");
    }

    List<string> First(List<string> entries, int most)
    {
        if (_showsAll || entries.Count <= most)
            return entries;
        _leftOut += entries.Count - most;
        return entries.GetRange(0, most);
    }

    void Mention(ResourceReport report)
    {
        _text.Line();
        _text.Paragraph(Yellow, $"{TitleOf(report)}: {WhyHeadline.Name(report)}, {WhyHeadline.State(report, IsMoment)}");
    }

    /// <param name="title">Above the list; nothing at all without entries.</param>
    /// <param name="entries">A paragraph each.</param>
    /// <param name="bullet">Null to number them.</param>
    void List(string title, List<string> entries, string? bullet)
    {
        if (entries.Count == 0)
            return;
        _text.Line(Bold, title);
        for (var i = 0; i < entries.Count; i++)
            _text.Paragraph("", entries[i], $"  {bullet ?? $"{i + 1}. "}");
    }

    void Drops(HostVerdict verdict)
    {
        var drops = new List<string>();
        foreach (var drop in verdict.Drops)
            if ((IsMoment ? drop.Total : drop.Count) is > 0 and var count)
                drops.Add(
                    $"{drop.Stage.Stage}: {Figures.Count(count)}{(IsMoment ? "" : $" ({Figures.Seconds(drop.PerSecond)}/s)")}, "
                    + $"{(drop.Stage.IsHarmful ? "" : "perhaps harmless: ")}{drop.Stage.Meaning}");
        if (drops.Count > 0)
            _text.Line();
        List(IsMoment ? "dropped since boot, in packet order" : "dropped, in packet order", drops, "- ");
    }

    /// <summary>A note about settings is for a quiet hour. One that hurts traffic now is shown at any time.</summary>
    void Notes(HostVerdict verdict, bool isIll)
    {
        var notes = new List<string>();
        foreach (var finding in verdict.Findings)
            if (_showsAll || !isIll || finding.Headline is not null)
                notes.Add($"{finding.Severity}: {finding.Text}");
        if (notes.Count > 0)
            _text.Line();
        List(isIll ? "also" : "not limiting now, worth a look", notes, "- ");
    }

    /// <summary>What is left out: "14 others ok, 2 hints, 3 notes (--all)".</summary>
    void Rest(HostVerdict verdict, bool isIll)
    {
        var (ok, notes) = (0, 0);
        foreach (var report in verdict.Resources)
            ok += report.State == ResourceState.Ok && !report.IsLossWithoutSaturation ? 1 : 0;
        foreach (var finding in verdict.Findings)
            notes += finding.Headline is null && isIll ? 1 : 0;
        var text = isIll ? $"{ok} others ok" : $"{ok} limits ok{Fullest(verdict)}";
        if (_leftOut > 0)
            text += $", {_leftOut} {(_leftOut == 1 ? "hint" : "hints")}";
        if (notes > 0)
            text += $", {notes} {(notes == 1 ? "note" : "notes")}";
        foreach (var report in verdict.In(ResourceState.Unknown))
            if (verdict.State != ResourceState.Unknown)
                text += $", {report.Resource.Name} not read";
        _text.Line();
        _text.Paragraph(Dim, $"{text} (--all)");
    }

    /// <summary>The one that is closest to its limit, which says how idle or busy the host is.</summary>
    static string Fullest(HostVerdict verdict)
    {
        ResourceReport? fullest = null;
        foreach (var report in verdict.In(ResourceState.Ok))
            if (Figures.PeakShare(report) is { } share && share > (fullest is null ? 0 : Figures.PeakShare(fullest)))
                fullest = report;
        return fullest is null
            ? ""
            : $", the fullest {WhyHeadline.Name(fullest)} at {Figures.PeakPercent(fullest)}";
    }
}
