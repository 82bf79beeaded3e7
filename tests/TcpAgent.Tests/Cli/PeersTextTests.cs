using System.Text;
using TcpAgent.Cli;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Cli;

/// <summary>The table of destinations as a person reads it, in a narrow, an ordinary and a wide terminal.</summary>
public class PeersTextTests
{
    static readonly DestinationReport
        s_silent = new("10.0.0.2:5432")
        {
            Connections = 12.4,
            SynSent = 1_234,
            SynUnanswered = 1_200,
            SynRetransmissions = 4,
            OldestSyn = 31.4,
            Unacknowledged = 5,
            WindowClosed = 1,
            Connects = 60,
            ConnectsAgain = 6,
            Sent = 1_000_000,
            Retransmitted = 21_000,
            RoundTrip = 0.0042,
            Ports = 1_250,
        },
        s_healthy = new("[2001:db8:0:1:2:3:4:5]:443")
        {
            Connections = 40,
            Sent = 1_000_000,
            RoundTrip = 0.0123,
        };

    static HostVerdict Verdict(params DestinationReport[] destinations) =>
        new(new DateTimeOffset(2026, 11, 30, 22, 12, 14, TimeSpan.Zero), 60, ResourceState.Ok, [], [], [])
        {
            Destinations = destinations,
            Connections = new ConnectionsReport(3_072, 120_000, [], []),
        };

    static string Write(HostVerdict verdict, int width, bool isOfAgent = true, bool hasColour = false) =>
        Encoding.UTF8.GetString(PeersText.Write(verdict, new Terminal(hasColour, width), isOfAgent));

    [Fact]
    public void ANarrowTerminalHasWhatSaysMost() => Assert.Equal(
        """
        2 destinations, the worst first (agent's last 60 s)

        destination               conns unanswered resent round trip
        10.0.0.2:5432                12      1,200  2.1 %     4.2 ms
          5 connections not acknowledged by the peer; 1 connection
          not read by the peer (zero window); 6 of 60 connects sent
          their SYN again
        [2001:db8:0:1:2:3:4:5]:443
                                     40          0    0 %      12 ms

        conns, resent and round trip are estimated from 3,072 of
        120,000 connections; each counts once for each look.

        """, Write(Verdict(s_silent, s_healthy), 60));

    [Fact]
    public void AnOrdinaryOneHasEveryColumn() => Assert.Equal(
        """
        2 destinations, the worst first (agent's last 60 s)

        destination            conns SYN_SENT unanswered oldest resent round trip  ports
        10.0.0.2:5432             12    1,234      1,200   31 s  2.1 %     4.2 ms  1,250
          5 connections not acknowledged by the peer; 1 connection not read by the peer
          (zero window); 6 of 60 connects sent their SYN again
        [2001:db8:0:1:2:3:4:5]:443
                                  40        -          0      -    0 %      12 ms      -

        conns, resent and round trip are estimated from 3,072 of 120,000 connections;
        each counts once for each look.

        """, Write(Verdict(s_silent, s_healthy), 80));

    [Fact]
    public void AWideOneHasRoomForLongNames() => Assert.Equal(
        """
        2 destinations, the worst first (agent's last 60 s)

        destination                 conns SYN_SENT unanswered oldest resent round trip  ports
        10.0.0.2:5432                  12    1,234      1,200   31 s  2.1 %     4.2 ms  1,250
          5 connections not acknowledged by the peer; 1 connection not read by the peer (zero window); 6 of 60
          connects sent their SYN again
        [2001:db8:0:1:2:3:4:5]:443     40        -          0      -    0 %      12 ms      -

        conns, resent and round trip are estimated from 3,072 of 120,000 connections; each counts once for each look.

        """, Write(Verdict(s_silent, s_healthy), 110));

    [Theory]
    [InlineData(60)]
    [InlineData(71)]
    [InlineData(72)]
    [InlineData(79)]
    [InlineData(80)]
    [InlineData(110)]
    public void NoLineIsWiderThanTheTerminal(int width)
    {
        var longest = new DestinationReport("[2001:db8:1111:2222:3333:4444:5555:6666]:65535") { Connections = 99_999, Ports = 64_511 };
        Assert.All(Write(Verdict(s_silent, longest), width).Split('\n'), line => Assert.InRange(line.Length, 0, width));
    }

    [Fact]
    public void WhatIsUnknownIsADash()
    {
        var one = new DestinationReport("10.0.0.2:80") { SynSent = 1, SynUnanswered = 1, OldestSyn = 3 };
        var text = Write(Verdict(one), 80, isOfAgent: false);
        Assert.StartsWith("1 destination (watched 60 s)\n", text, StringComparison.Ordinal);
        Assert.Contains("\n10.0.0.2:80                -        1          1    3 s      -          -      -\n", text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.000013, "<0.1 ms")]
    [InlineData(0.0001, "0.1 ms")]
    [InlineData(1.25, "1250 ms")]
    public void ARoundTripIsInMillisecondsAndNeverZero(double seconds, string text) => Assert.Matches(
        $@"\n10\.0\.0\.2:80 .* {text}      -\n", Write(Verdict(new DestinationReport("10.0.0.2:80") { RoundTrip = seconds }), 80));

    /// <summary>It is not of the connections of now, so it does not stand among those figures.</summary>
    [Fact]
    public void ARememberedRoundTripIsANote()
    {
        var one = new DestinationReport("10.0.0.2:80") { SynSent = 1, SynUnanswered = 1, RoundTrip = 0.012, IsRemembered = true };
        Assert.Matches(@"\n10\.0\.0\.2:80 .* -      -\n  round trip 12 ms \(remembered\)\n", Write(Verdict(one), 80));
    }

    [Fact]
    public void WithoutASampleItSaysThatNothingIsKnownOfIt() => Assert.EndsWith(
        "\n\nNo connection was sampled, so what is resent and the round trips are unknown.\n",
        Write(Verdict(s_silent) with { Connections = ConnectionsReport.None }, 80), StringComparison.Ordinal);

    [Fact]
    public void WithoutDestinationsItSaysSo() => Assert.Equal(
        "No connections of this host to a destination were seen (agent's last 60 s).\n", Write(Verdict(), 80));

    [Fact]
    public void ADestinationWithoutProgressIsRedAndOneWithLossYellow()
    {
        var lossy = s_healthy with { Retransmitted = 50_000 };
        var text = Write(Verdict(s_silent, lossy, s_healthy), 110, hasColour: true);
        Assert.Contains($"\n{TerminalText.Red}10.0.0.2:5432 ", text, StringComparison.Ordinal);
        Assert.Contains($"\n{TerminalText.Yellow}{lossy.Destination} ", text, StringComparison.Ordinal);
        Assert.Contains($"\n{s_healthy.Destination} ", text, StringComparison.Ordinal);
    }
}
