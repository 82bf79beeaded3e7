using System.Text;
using TcpAgent.Sources;
using TcpAgent.Verdict;
using static TcpAgent.Cli.TerminalText;

namespace TcpAgent.Cli;

/// <summary>What is in the connection tracking table for a person at a shell, one group to a line.</summary>
sealed class ConntrackText
{
    /// <summary>Columns of the terminal from which on the last column is shown.</summary>
    const int WithAssured = 72;

    readonly Terminal _terminal;
    readonly TerminalText _text;
    readonly TrackedTable _table;
    readonly int _nameWidth;

    ConntrackText(TrackedTable table, Terminal terminal)
    {
        (_terminal, _text, _table) = (terminal, new TerminalText(terminal), table);
        _nameWidth = Math.Min(30, terminal.Width - Columns("", "", "", "", "").Length);
    }

    /// <param name="table">Null where nothing is tracked.</param>
    /// <param name="limit">nf_conntrack_max; null if it is not known, 0 if there is none.</param>
    /// <param name="terminal">Where it is shown.</param>
    internal static byte[] Write(TrackedTable? table, long? limit, Terminal terminal)
    {
        if (table is null)
            return "No connection is tracked here: nf_conntrack is not loaded.\n"u8.ToArray();
        var text = new ConntrackText(table, terminal);
        text.Write(limit);
        return Encoding.UTF8.GetBytes(text._text.ToString());
    }

    void Write(long? limit)
    {
        var sample = _table.Sample;
        _text.Paragraph(Bold, $"{Entries(_table.Entries)} in the connection tracking table{Limit(limit)}");
        _text.Paragraph(Dim, Read());
        if (sample.All.Entries == 0)
            return;
        _text.Line();
        Row(Dim, "", Columns("entries", "+-", "share", "unreplied", "assured"));
        Row("all", sample.All);
        foreach (var protocol in sample.Protocols)
        {
            Row(protocol.Name, protocol);
            if (protocol.Name != TrackedSample.Tcp)
                continue;
            foreach (var state in sample.States)
                Row($"  {state.Name}", state);
        }
        Write("source", _table.Sources);
        Write("destination, before NAT", _table.Destinations);
    }

    void Write(string title, TrackedRanking ranking)
    {
        _text.Line();
        _text.Line(Dim, title);
        foreach (var group in ranking.Named)
            Row(group.Name, group);
        if (ranking.OthersAtMost > 0)
            _text.Paragraph(Dim, $"any other: at most {Entries(ranking.OthersAtMost)}");
    }

    string Limit(long? limit) => limit is > 0 and var known
        ? $" of {Figures.Count(known)} ({ConnectionWords.Percent((double)_table.Entries / known)})"
        : "";

    string Read()
    {
        var read = Figures.Count(_table.Sample.All.Entries);
        if (!_table.Sample.IsComplete)
            return $"{read} were read, a random sample. In 19 of 20 cases a figure is off by no more than what is beside it.";
        var others = _table.Entries - _table.Sample.All.Entries;
        return others <= 0 ? "All were read."
            : $"{read} were read. The kernel does not list the others: they have timed out and are not yet removed, or are being made.";
    }

    void Row(string name, TrackedGroup group)
    {
        var estimate = _table.Of(group.Entries);
        var isEstimated = estimate.Error > 0 && group != _table.Sample.All;
        Row("", name, Columns(
            Figures.Count(estimate.Entries), isEstimated ? Figures.Count(estimate.Error) : "",
            Share(group.Entries, _table.Sample.All.Entries), Share(group.Unreplied, group.Entries), Share(group.Assured, group.Entries)));
    }

    void Row(string colour, string name, string figures)
    {
        if (name.Length > _nameWidth)
        {
            _text.Line(colour, name);
            name = "";
        }
        _text.Line(colour, name.PadRight(_nameWidth) + figures);
    }

    static string Entries(long count) => count == 1 ? "1 entry" : $"{Figures.Count(count)} entries";

    static string Share(int part, int of) => ConnectionWords.Percent((double)part / of);

    /// <summary>The columns beside the name, as many as the terminal has room for.</summary>
    string Columns(string entries, string error, string share, string unreplied, string assured) =>
        $"{entries,11}{error,9}{share,8}{unreplied,11}{(_terminal.Width < WithAssured ? "" : $"{assured,9}")}";
}
