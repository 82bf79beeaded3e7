using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>What the tables of a sample have about one destination comes together in one report, and the worst are first.</summary>
public class DestinationTests
{
    readonly Table _groups = new(ConnectionRows.Groups), _syns = new(PeerRows.Syns), _connects = new(PeerRows.Connects),
        _connections = new(PeerRows.Connections), _tuples = new(EphemeralPortRows.Tuples), _remembered = new(RoundTripMemory.Rows);

    static Endpoint At(string address, ushort port) => Endpoint.From(global::System.Net.IPAddress.Parse(address).GetAddressBytes(), port);

    List<DestinationReport> Join()
    {
        Table[] tables = [_groups, _syns, _connects, _connections, _tuples, _remembered];
        var snapshot = new Snapshot(tables);
        snapshot.CopyFrom(tables, 0);
        var view = new SampleView(snapshot);
        return DestinationJoin.Of(view, ConnectionReport.All(view));
    }

    /// <param name="address">Null for all the others.</param>
    /// <param name="port">The port.</param>
    /// <param name="connections">Their number.</param>
    /// <param name="sent">Bytes.</param>
    /// <param name="retransmitted">Bytes of them.</param>
    /// <param name="isIncoming">Whether they were accepted.</param>
    void Group(string? address, ushort port, long connections, long sent = 0, long retransmitted = 0, bool isIncoming = false)
    {
        var of = address is null ? null : new EndpointInstance(At(address, port));
        var slots = _groups.Add(new ConnectionInstance(isIncoming, of));
        (slots[ConnectionRows.OfSample], slots[ConnectionRows.Connections]) = (1, connections);
        (slots[ConnectionRows.RecentSent], slots[ConnectionRows.RecentRetransmitted]) = (sent, retransmitted);
        (slots[ConnectionRows.Connects], slots[ConnectionRows.ConnectsAgain], slots[ConnectionRows.RoundTrip]) = (9, 2, 12_000);
    }

    static void Peer(
        Table table, PeerColumns columns, string address, ushort port, long sockets, long silent = 0, long closed = 0,
        long retransmits = KernelValue.Absent, long oldest = KernelValue.Absent)
    {
        var slots = table.Add(new EndpointInstance(At(address, port)));
        (slots[columns.Sockets], slots[columns.Silent], slots[columns.Closed]) = (sockets, silent, closed);
        (slots[columns.Retransmits], slots[columns.Oldest]) = (retransmits, oldest);
    }

    void Ports(string source, string address, ushort port, long used) =>
        _tuples.Add(new TupleInstance(new PortTuple(At(source, 0), At(address, port))))[EphemeralPortRows.Used] = used;

    [Fact]
    public void OneDestinationHasTheFiguresOfEveryTable()
    {
        Group("10.0.0.2", 80, connections: 40, sent: 1_000_000, retransmitted: 50_000);
        Peer(_syns, PeerRows.SynColumns, "10.0.0.2", 80, sockets: 30, silent: 20, retransmits: 4, oldest: 31_000);
        Peer(_connections, PeerRows.ConnectionColumns, "10.0.0.2", 80, sockets: 44, silent: 5, closed: 3);
        Ports("10.0.0.1", "10.0.0.2", 80, 64);
        Assert.Equal(
            [
                new DestinationReport("10.0.0.2:80")
                {
                    Connections = 40,
                    SynSent = 30,
                    SynUnanswered = 20,
                    SynRetransmissions = 4,
                    OldestSyn = 31,
                    Unacknowledged = 5,
                    WindowClosed = 3,
                    Connects = 9,
                    ConnectsAgain = 2,
                    Sent = 1_000_000,
                    Retransmitted = 50_000,
                    RoundTrip = 0.012,
                    Ports = 64,
                },
            ],
            Join());
    }

    [Fact]
    public void SourceAddressesAreAddedUp()
    {
        for (var source = 1; source <= 2; source++)
        {
            Peer(_syns, PeerRows.SynColumns, "10.0.0.9", 80, sockets: 10, silent: 5, retransmits: source, oldest: source * 1000);
            Peer(_connections, PeerRows.ConnectionColumns, "10.0.0.9", 80, sockets: 7, silent: 4, closed: 1);
            Ports($"10.0.0.{source}", "10.0.0.9", 80, 100);
        }
        Assert.Equal(
            [
                new DestinationReport("10.0.0.9:80")
                {
                    Connections = 14,
                    SynSent = 20,
                    SynUnanswered = 10,
                    SynRetransmissions = 2,
                    OldestSyn = 2,
                    Unacknowledged = 8,
                    WindowClosed = 2,
                    Ports = 200,
                },
            ],
            Join());
    }

    /// <summary>The window remembers a peak, and the last walk shows more or less than that.</summary>
    [Theory]
    [InlineData(20, 5, 20)]
    [InlineData(5, 20, 20)]
    public void ASilentDestinationHasTheHigherOfPeakAndNow(long peak, long now, long shown)
    {
        Peer(_syns, PeerRows.SynColumns, "10.0.0.9", 80, sockets: peak, silent: peak, retransmits: 1, oldest: 1000);
        Peer(_connects, PeerRows.ConnectColumns, "10.0.0.9", 80, sockets: now, silent: now, retransmits: 1, oldest: 1000);
        var one = Assert.Single(Join());
        Assert.Equal((shown, shown), (one.SynSent, one.SynUnanswered));
    }

    [Fact]
    public void TheOrderIsUnansweredThenWithoutProgressThenLossThenConnections()
    {
        Group("10.0.0.1", 80, connections: 900, sent: 10_000_000, retransmitted: 100_000);
        Group("10.0.0.2", 80, connections: 1, sent: 10_000, retransmitted: 5_000);
        Group("10.0.0.3", 80, connections: 3, sent: 1_000_000, retransmitted: 50_000);
        Group("10.0.0.4", 80, connections: 3, sent: 1_000_000, retransmitted: 90_000);
        Peer(_connections, PeerRows.ConnectionColumns, "10.0.0.5", 80, sockets: 3, closed: 3);
        Peer(_connects, PeerRows.ConnectColumns, "10.0.0.6", 80, sockets: 1, silent: 1, retransmits: 1, oldest: 1000);
        Assert.Equal(
            ["10.0.0.6:80", "10.0.0.5:80", "10.0.0.4:80", "10.0.0.3:80", "10.0.0.1:80", "10.0.0.2:80"],
            Join().ConvertAll(one => one.Destination));
    }

    [Fact]
    public void TheTenWorstAreReported()
    {
        for (var i = 1; i <= 12; i++)
            Group($"10.0.0.{i}", 80, connections: i);
        var all = Join();
        Assert.Equal((10, "10.0.0.12:80", "10.0.0.3:80"), (all.Count, all[0].Destination, all[^1].Destination));
    }

    [Fact]
    public void ListenersAndTheRestAreNoDestinations()
    {
        Group("10.0.0.1", 443, connections: 5, isIncoming: true);
        Group(null, 0, connections: 5);
        Assert.Empty(Join());
    }

    [Fact]
    public void LoopbackIsOneOnlyIfConnectionsToItWereSampled()
    {
        Group("127.0.0.1", 80, connections: 5);
        foreach (ushort port in (ushort[])[80, 81])
        {
            Peer(_connections, PeerRows.ConnectionColumns, "127.0.0.1", port, sockets: 5, closed: 5);
            Ports("127.0.0.1", "127.0.0.1", port, 100);
        }
        var one = Assert.Single(Join());
        Assert.Equal(("127.0.0.1:80", 5, 100), (one.Destination, one.WindowClosed, one.Ports));
    }

    [Fact]
    public void ARememberedRoundTripStandsInWhereNoneWasMeasured()
    {
        Group("10.0.0.1", 80, connections: 5);
        Peer(_connects, PeerRows.ConnectColumns, "10.0.0.2", 80, sockets: 1, silent: 1, retransmits: 1, oldest: 1000);
        Ports("10.0.0.9", "10.0.0.3", 80, 100);
        foreach (var instance in (Instance[])[
            new EndpointInstance(At("10.0.0.1", 80)), new EndpointInstance(At("10.0.0.2", 80)),
            new TupleInstance(new PortTuple(At("10.0.0.9", 0), At("10.0.0.3", 80))), new EndpointInstance(At("10.0.0.4", 80))])
            _remembered.Add(instance)[RoundTripMemory.RoundTrip] = 7_000;
        Assert.Equal(
            [("10.0.0.2:80", 0.007, true), ("10.0.0.1:80", 0.012, false), ("10.0.0.3:80", 0.007, true)],
            Join().ConvertAll(one => (one.Destination, one.RoundTrip ?? 0, one.IsRemembered)));
    }

    /// <summary>Each address too small to stand out.</summary>
    [Fact]
    public void ManyAddressesOfOnePortAreOneDestination()
    {
        var columns = PeerRows.SynColumns;
        var slots = _syns.Add(new EndpointInstance(new Endpoint(0, 0, 443)));
        (slots[columns.Sockets], slots[columns.Silent], slots[columns.Oldest]) = (25, 20, 3000);
        Assert.Equal("port 443 of many addresses", Assert.Single(Join()).Destination);
    }

    static HostVerdict Verdict(params DestinationReport[] destinations) =>
        new(new DateTimeOffset(2026, 11, 30, 22, 12, 14, TimeSpan.Zero), 60, TcpAgent.Resources.ResourceState.Ok, [], [], [])
        {
            Destinations = destinations,
        };

    static readonly DestinationReport s_full = new("[2001:db8::1]:80")
    {
        Connections = 40.5,
        SynSent = 30,
        SynUnanswered = 20,
        SynRetransmissions = 4,
        OldestSyn = 31.25,
        Unacknowledged = 5,
        WindowClosed = 3,
        Connects = 9,
        ConnectsAgain = 2,
        Sent = 1_000_000,
        Retransmitted = 50_000,
        RoundTrip = 0.012,
        IsRemembered = true,
        Ports = 64,
    };

    [Fact]
    public void EachMemberOfTheVerdictsDocumentComesBack()
    {
        var verdict = Verdict(s_full, new DestinationReport("10.0.0.1:1"));
        var json = VerdictJson.Write(verdict);
        Assert.Equal(verdict.Destinations, VerdictReader.TryRead(json)!.Destinations);
        Assert.DoesNotContain(
            typeof(DestinationReport).GetProperties(
                global::System.Reflection.BindingFlags.Instance | global::System.Reflection.BindingFlags.NonPublic),
            property => property.CanWrite && Equals(property.GetValue(s_full), property.GetValue(new DestinationReport(""))));
    }

    /// <summary>A record of the verdict keeps what explains it.</summary>
    [Fact]
    public void ARecordOfTheVerdictLeavesThemOut() => Assert.Contains(
        "\"destinations\":[]", Encoding.UTF8.GetString(VerdictJson.Write(Verdict(s_full), onlyExplained: true)), StringComparison.Ordinal);

    [Fact]
    public void TheDocumentOfTheirOwnHasTheSameMembers()
    {
        var whole = Encoding.UTF8.GetString(VerdictJson.Write(Verdict(s_full)));
        var own = Encoding.UTF8.GetString(DestinationJson.Document(Verdict(s_full)));
        Assert.StartsWith(
            """{"version":1,"time":"2026-11-30T22:12:14.000Z","destinations":[{"destination":""", own, StringComparison.Ordinal);
        Assert.EndsWith(own[own.IndexOf("\"destinations\"", StringComparison.Ordinal)..], whole, StringComparison.Ordinal);
    }
}
