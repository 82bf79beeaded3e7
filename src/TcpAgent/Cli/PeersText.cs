using System.Globalization;
using System.Text;
using TcpAgent.Verdict;
using static TcpAgent.Cli.TerminalText;

namespace TcpAgent.Cli;

/// <summary>
/// The destinations for a person at a shell, one to a line. What is rare stands below the line of its destination. A narrow terminal gets
/// no connects under way, the narrowest neither the oldest SYN nor the ports.
/// </summary>
sealed class PeersText
{
    /// <summary>Columns of the terminal from which on a part of the table is shown.</summary>
    const int WithPorts = 72, WithSynSent = 80;

    /// <summary>The longest IPv4 address with a port. A longer name that does not fit stands on a line of its own.</summary>
    const int NameWidth = 21;

    readonly Terminal _terminal;
    readonly TerminalText _text;
    readonly int _nameWidth;

    PeersText(Terminal terminal, IReadOnlyList<DestinationReport> destinations)
    {
        (_terminal, _text) = (terminal, new TerminalText(terminal));
        var longest = NameWidth;
        foreach (var one in destinations)
            longest = Math.Max(longest, one.Destination.Length);
        _nameWidth = Math.Clamp(longest, NameWidth, terminal.Width - Columns("", "", "", "", "", "", "").Length);
    }

    /// <param name="verdict">The verdict that has the destinations.</param>
    /// <param name="terminal">Where they are shown.</param>
    /// <param name="isOfAgent">Whether an agent answered; otherwise this process watched.</param>
    internal static byte[] Write(HostVerdict verdict, Terminal terminal, bool isOfAgent)
    {
        var destinations = verdict.Destinations ?? [];
        var text = new PeersText(terminal, destinations);
        text.Write(destinations, verdict.Connections, WhyHeadline.Window(verdict, isOfAgent));
        return Encoding.UTF8.GetBytes(text._text.ToString());
    }

    void Write(IReadOnlyList<DestinationReport> destinations, ConnectionsReport connections, string window)
    {
        if (destinations.Count == 0)
        {
            _text.Paragraph("", $"No connections of this host to a destination were seen ({window}).");
            return;
        }
        _text.Paragraph(
            Bold, destinations.Count == 1 ? $"1 destination ({window})" : $"{destinations.Count} destinations, the worst first ({window})");
        _text.Line();
        Row(Dim, "destination", Columns("conns", "SYN_SENT", "unanswered", "oldest", "resent", "round trip", "ports"));
        foreach (var one in destinations)
            Row(one);
        _text.Line();
        _text.Paragraph(Dim, connections.Sampled == 0
            ? "No connection was sampled, so what is resent and the round trips are unknown."
            : $"conns, resent and round trip are estimated from {Figures.Count(connections.Sampled)} of "
                + $"{Figures.Count(connections.Of)} connections; each counts once for each look.");
    }

    void Row(DestinationReport one)
    {
        var colour = ColourOf(one);
        Row(colour, one.Destination, Columns(
            one.Connections is { } connections ? Figures.Count((long)Math.Round(Math.Max(1, connections))) : "-",
            Count(one.SynSent), Figures.Count(one.SynUnanswered),
            one.OldestSyn is { } oldest ? $"{oldest.ToString("0", CultureInfo.InvariantCulture)} s" : "-",
            one.RetransmittedShare is { } share ? ConnectionWords.Percent(share) : "-",
            one is { RoundTrip: { } measured, IsRemembered: false } ? RoundTrip(measured) : "-", Count(one.Ports)));
        var notes = new List<string>();
        if (one.Unacknowledged > 0)
            notes.Add($"{Connections(one.Unacknowledged)} not acknowledged by the peer");
        if (one.WindowClosed > 0)
            notes.Add($"{Connections(one.WindowClosed)} not read by the peer (zero window)");
        if (one.ConnectsAgain > 0)
            notes.Add($"{Figures.Count(one.ConnectsAgain)} of {Figures.Count(one.Connects)} connects sent their SYN again");
        if (one is { RoundTrip: { } remembered, IsRemembered: true })
            notes.Add($"round trip {RoundTrip(remembered)} (remembered)");
        if (notes.Count > 0)
            _text.Paragraph(colour, string.Join("; ", notes), "  ");
    }

    static string ColourOf(DestinationReport one) => one.SynUnanswered + one.Unacknowledged + one.WindowClosed > 0 ? Red
        : one.HasLoss ? Yellow
        : "";

    /// <summary>Between neighbours it takes microseconds, which are not a zero.</summary>
    static string RoundTrip(double seconds) => seconds < 0.0001 ? "<0.1 ms" : ConnectionWords.Milliseconds(seconds);

    static string Count(long? value) => value is { } known ? Figures.Count(known) : "-";

    static string Connections(long count) => count == 1 ? "1 connection" : $"{Figures.Count(count)} connections";

    void Row(string colour, string name, string figures)
    {
        if (name.Length > _nameWidth)
        {
            _text.Line(colour, name);
            name = "";
        }
        _text.Line(colour, name.PadRight(_nameWidth) + figures);
    }

    /// <summary>The columns beside the destination, as many as the terminal has room for.</summary>
    string Columns(
        string connections, string synSent, string unanswered, string oldest, string resent, string roundTrip, string ports)
    {
        var connecting = _terminal.Width < WithSynSent ? "" : $"{synSent,9}";
        var (age, held) = _terminal.Width < WithPorts ? ("", "") : ($"{oldest,7}", $"{ports,7}");
        return $"{connections,7}{connecting}{unanswered,11}{age}{resent,7}{roundTrip,11}{held}";
    }
}
