using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>What is said of a listener's two queues follows what the numbers prove.</summary>
public class ListenerAdviceTests
{
    static readonly EndpointInstance s_endpoint = new(new(0, 0, 443));

    readonly Table _listeners = new(ListenerRows.Rows), _handshakes = new(RecentRows.Rows), _sysctl = new(SysctlRows.Rows);

    public ListenerAdviceTests()
    {
        _listeners.Add(s_endpoint);
        _sysctl[SysctlRows.Somaxconn] = 4096;
        _sysctl[SysctlRows.TcpSyncookies] = 1;
    }

    Slots Subject => _listeners[0];

    ResourceReport Explain(Resource resource, long limit, long peak, long losses, ResourceState state = ResourceState.Limiting)
    {
        var snapshot = new Snapshot([_listeners, _handshakes, _sysctl]);
        snapshot.CopyFrom([_listeners, _handshakes, _sysctl], 0);
        var report = new ResourceReport(resource, state) { Limit = limit, Peak = peak, Losses = losses, Instance = s_endpoint };
        ResourceAdvice.Explain(report, new SampleView(snapshot));
        return report;
    }

    ResourceReport Accept(long limit = 128, long peak = 129, long losses = 55, ResourceState state = ResourceState.Limiting) =>
        Explain(ResourceCatalog.AcceptQueue, limit, peak, losses, state);

    ResourceReport Syn(long losses = 100, long limit = 32) => Explain(ResourceCatalog.SynQueue, limit, 33, losses);

    static string All(ResourceReport report) => string.Join('\n', [.. report.Evidence, .. report.Advice, .. report.WillNotFix]);

    static void AssertSays(ResourceReport report, string text) => Assert.Contains(text, All(report), StringComparison.Ordinal);

    static void AssertDoesNotSay(ResourceReport report, string text) => Assert.DoesNotContain(text, All(report), StringComparison.Ordinal);

    [Fact]
    public void WhereConnectionsWaitTheApplicationComesFirstThenItsDescriptorsThenItsBacklog()
    {
        Subject[ListenerRows.OldestWait] = 4_100;
        Subject[ListenerRows.Abandoned] = 12;
        var report = Accept();
        AssertSays(
            report, "Its queue reached 129 of 128, and the kernel turned away 55 SYNs and final ACKs of handshakes (ListenOverflows).");
        AssertSays(report, "has waited 4.1 s for accept()");
        AssertSays(report, "12 of the waiting clients have already given up");
        Assert.StartsWith(
            "Find out why the application does not accept (ss -ltnp 'sport = :443'", report.Advice[0], StringComparison.Ordinal);
        Assert.Contains("LimitNOFILE", report.Advice[1], StringComparison.Ordinal);
        Assert.Contains(
            "Once it accepts again, for bursts, raise its listen backlog above 128 (up to 4096 takes effect)", report.Advice[2],
            StringComparison.Ordinal);
    }

    [Fact]
    public void ABurstIsWhatABacklogIsFor()
    {
        Subject[ListenerRows.OldestWait] = 20;
        var report = Accept();
        Assert.Contains("listen backlog above 128", report.Advice[0], StringComparison.Ordinal);
        AssertSays(report, "Find out why the application does not accept");
    }

    [Fact]
    public void TheBacklogIsNamedAsItsProgramNamesIt()
    {
        foreach (var name in (string[])["acceptCount", "SO_BACKLOG", "gunicorn: --backlog", "listen(port, host, backlog)",
            "listen.backlog", "ListenBackLog", "tcp-backlog"])
        {
            AssertSays(Accept(), name);
            AssertSays(Accept(limit: 4096), name);
        }
    }

    [Fact]
    public void WhereNothingOverflowsNoBacklogIsAdvised()
    {
        Subject[ListenerRows.RecentLate] = 70;
        Subject[ListenerRows.RecentWait] = 8_300;
        Subject[ListenerRows.OldestWait] = 8_300;
        var report = Accept(4096, 900, 0);
        AssertSays(report, "Its queue reached 900 of 4096, and connections wait in it too long. No drop was counted in this time.");
        AssertSays(report, "70 connections at the same time had waited longer than a second for accept(), the oldest of them 8.3 s.");
        AssertDoesNotSay(report, "The oldest waiting connection");
        AssertDoesNotSay(report, "somaxconn");
        Assert.Equal(2, report.Advice.Count);
    }

    [Fact]
    public void ClientsThatResetAreFoundOnlyInTheLength()
    {
        Subject[ListenerRows.RecentLate] = 500;
        Subject[ListenerRows.RecentWait] = 700;
        AssertSays(
            Accept(4096, 900, 0), "500 connections at the same time had waited longer than a second for accept(); most of their "
                + "clients have since reset them.");
    }

    [Fact]
    public void WithoutALimitWaitingConnectionsAreStillReported()
    {
        Subject[ListenerRows.RecentLate] = 70;
        var report = new ResourceReport(
            ResourceCatalog.AcceptQueue, ResourceState.Limiting)
        { Peak = 90, Losses = 0, Instance = s_endpoint };
        var snapshot = new Snapshot([_listeners]);
        snapshot.CopyFrom([_listeners], 0);
        ResourceAdvice.Explain(report, new SampleView(snapshot));
        AssertSays(report, "Its queue reached 90, and connections wait in it too long. No drop was counted");
    }

    [Fact]
    public void EveryListenerThatOverflowsIsNamedUpToACap()
    {
        AssertDoesNotSay(Accept(), "not the only one");
        for (var port = 1; port <= 8; port++)
        {
            var slots = _listeners.Add(new EndpointInstance(new(0, 0, (ushort)port)));
            (slots[ListenerRows.Peak], slots[ListenerRows.Limit]) = (port == 8 ? 3 : 21, 20);
            if (port < 7)
                slots[ListenerRows.HasOverflowed] = 1;
            else if (port == 7)
                slots[ListenerRows.RecentLate] = 9;
        }
        var report = Accept();
        AssertSays(report, "This listener is not the only one: [::]:1 (its queue reached 21 of 20), [::]:2");
        AssertSays(report, "[::]:5 (its queue reached 21 of 20), and 2 others.");
        AssertDoesNotSay(report, "[::]:8");
    }

    [Fact]
    public void SynsThatWereDroppedDoNotBecomeServedWhenCookiesAreTurnedOn()
    {
        _handshakes[RecentRows.AnsweredByCookies] = 10;
        var report = Syn();
        AssertSays(report, "90 SYNs were dropped for lack of room: no cookies were sent for them, though tcp_syncookies is on now.");
        AssertSays(report, "10 SYNs found the queue full and were answered with SYN cookies");
        _handshakes[RecentRows.AnsweredByCookies] = 0;
        AssertDoesNotSay(Syn(), "answered with SYN cookies");
        _handshakes[RecentRows.AnsweredByCookies] = 100;
        _sysctl[SysctlRows.TcpSyncookies] = 0;
        AssertDoesNotSay(Syn(), "were dropped");
    }

    [Fact]
    public void WithoutCookiesThreeQuartersOfTheBacklogSettingAreInForce()
    {
        _sysctl[SysctlRows.TcpSyncookies] = 0;
        _sysctl[SysctlRows.TcpMaxSynBacklog] = 64;
        _sysctl[SysctlRows.TcpSynackRetries] = 5;
        var report = Syn(limit: 48);
        AssertSays(report, "Its SYN queue reached 33 of 48 half-open connections (SYN_RECV).");
        AssertSays(report, "100 SYNs were dropped for lack of room: no cookies were sent, tcp_syncookies is 0.");
        AssertSays(report, "three quarters of it (48) is the limit here");
        AssertSays(report, "at 5 an unanswered SYN-ACK holds its place for about 63 s");
    }

    [Theory]
    [InlineData(1, "Check the return path", "They come from one address.")]
    [InlineData(8, "Check the return path", "about 8 addresses")]
    [InlineData(9, "Look at the sources", "about 9 addresses")]
    [InlineData(64, "Look at the sources", "more than 64 addresses")]
    public void UnansweredSynAcksToFewAddressesAreLostOnTheWayBackToManyAFlood(int sources, string first, string evidence)
    {
        (Subject[ListenerRows.Retried], Subject[ListenerRows.RetriedSources]) = (30, sources);
        var report = Syn();
        Assert.StartsWith(first, report.Advice[0], StringComparison.Ordinal);
        AssertSays(report, "30 of the half-open connections had their SYN-ACK sent again, still without an answer");
        AssertSays(report, evidence);
        AssertSays(report, "return path");
    }

    [Fact]
    public void CookiesThatComeBackAreARush()
    {
        (_handshakes[RecentRows.CookiesSent], _handshakes[RecentRows.CookiesReturned]) = (100, 90);
        Assert.StartsWith("For genuine load", Syn().Advice[0], StringComparison.Ordinal);
        AssertSays(Syn(), "90 of 100 cookies sent came back: clients do answer");
        _handshakes[RecentRows.CookiesReturned] = 3;
        Assert.StartsWith("Look at the sources", Syn().Advice[0], StringComparison.Ordinal);
    }

    [Fact]
    public void ClientsThatSendNothingToADeferredListenerComeFirst()
    {
        (Subject[ListenerRows.PeakDeferred], Subject[ListenerRows.PeakRetried]) = (30, 2);
        _handshakes[RecentRows.Deferred] = 40;
        Assert.StartsWith("Look at TCP_DEFER_ACCEPT", Syn().Advice[0], StringComparison.Ordinal);
        AssertSays(Syn(), "(TCPDeferAcceptDrop rose by 40).");

        // Under a flood a deferred listener has honest clients too.
        Subject[ListenerRows.PeakRetried] = 300;
        AssertDoesNotSay(Syn(), "DEFER_ACCEPT");
    }
}
