using TcpAgent.Kernel.Netlink;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Tests.Sources;
using static TcpAgent.Tests.Sources.ListenersRig;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Resources;

/// <summary>The two queues of a listener as resources: which listener is named, and what only looks like a loss.</summary>
public sealed class ListenerQueueTests : IDisposable
{
    readonly ListenersRig _rig = new();
    readonly FakeSource _sysctl = new("sysctl", SysctlRows.Rows);
    readonly ResourceMonitor _monitor;

    public ListenerQueueTests() =>
        _monitor = new ResourceMonitor([_rig.Netstat, _rig.Listeners, _sysctl], SamplingOptions.Default, _rig.Time);

    public void Dispose()
    {
        _monitor.Dispose();
        _sysctl.Dispose();
        _rig.Dispose();
    }

    static FakeSocket[] HalfOpen(int count, ushort port) =>
        [.. Enumerable.Range(0, count).Select(_ => new FakeSocket(TcpState.SynRecv) { Address = "10.0.0.1", Port = port })];

    void Tick(long drops = 0, long overflows = 0, long queueFullDrops = 0, long queueFullCookies = 0, params FakeSocket[] sockets)
    {
        _rig.WriteNetstat(drops, overflows, queueFullDrops, queueFullCookies);
        _rig.Table.Set(sockets);
        _rig.Tick();
        _sysctl.Read();
        _monitor.Derive(new Tick(0, _rig.Time.Now, false));
    }

    void Cookies(long value) => _sysctl.Set("net/ipv4/tcp_syncookies", "0", value);

    /// <summary>The states of both queues.</summary>
    void ShowsStates(ResourceState accept, ResourceState syn)
    {
        _monitor.Shows("accept_queue", state: accept);
        _monitor.Shows("syn_queue", state: syn);
    }

    [Fact]
    public void TheFullestListenerIsNamedWithItsOwnLimit()
    {
        Cookies(1);
        for (var i = 0; i < 3; i++)
            Tick(sockets: [Listen(80, 1, length: 100, limit: 4096), Listen(443, 2, length: 4, limit: 4)]);
        _monitor.Shows("accept_queue", used: 4, limit: 4, state: ResourceState.Near);
        _monitor.Shows("syn_queue", state: ResourceState.Ok);
        Assert.Equal(["resource=\"accept_queue\",subject=\"0.0.0.0:443\""], _monitor.Tables[1].Keys());
    }

    [Fact]
    public void OfAGroupTheFullestMemberCounts()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, length: 4, limit: 4), Listen(443, 2, limit: 4)]);
        _monitor.Shows("accept_queue", used: 4, limit: 4);
    }

    [Fact]
    public void AQueueIsFullAboveItsLimit()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, length: 4, limit: 4)]);
        Tick(sockets: [Listen(443, 1, length: 4, limit: 4)]);
        _monitor.Shows("accept_queue", saturatedNs: 0);
        Tick(sockets: [Listen(443, 1, length: 5, limit: 4)]);
        _monitor.Shows("accept_queue", saturatedNs: ManualTime.Second, state: ResourceState.Near);
    }

    [Fact]
    public void ABacklogOfZeroTakesOneConnection()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, limit: 0)]);
        _monitor.Shows("accept_queue", state: ResourceState.Ok);
        Tick(sockets: [Listen(443, 1, length: 1, limit: 0)]);
        _monitor.Shows("accept_queue", saturatedNs: ManualTime.Second);
    }

    [Fact]
    public void OneConnectionThatStaysInABacklogOfZeroIsNoTraffic()
    {
        Cookies(1);
        for (var i = 0; i < 6; i++)
            Tick(sockets: [Listen(443, 1, length: 1, limit: 0)]);
        _monitor.Shows("accept_queue", state: ResourceState.Ok);
    }

    [Fact]
    public void WhenNothingListensAnyMoreThePeakStillEndsWithTheWindow()
    {
        Cookies(1);
        for (var i = 0; i < 3; i++)
            Tick(sockets: [Listen(443, 1, length: 5, limit: 4)]);
        Tick();
        _monitor.Shows("accept_queue", state: ResourceState.Near, used: Absent, peak: 5);
        for (var i = 0; i < 61; i++)
            Tick();
        _monitor.Shows("accept_queue", state: ResourceState.Ok, peak: Absent);
    }

    [Fact]
    public void ABurstBetweenTwoSamplesIsLimiting()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, limit: 4)]);
        Tick(drops: 6, overflows: 6, sockets: [Listen(443, 1, limit: 4, drops: 6)]);
        _monitor.Shows("accept_queue", state: ResourceState.Limiting, used: 0, peak: 5, recentLosses: 6, saturatedNs: ManualTime.Second);
        _monitor.Shows("syn_queue", state: ResourceState.Ok);
    }

    [Fact]
    public void AfterARestartWithALargerBacklogThePeakKeepsTheLimitThatItReached()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, limit: 4)]);
        Tick(drops: 6, overflows: 6, sockets: [Listen(443, 1, length: 5, limit: 4, drops: 6)]);
        Tick(drops: 8, overflows: 8, sockets: [Listen(443, 2, length: 2, limit: 4096)]);
        _monitor.Shows("accept_queue", state: ResourceState.Limiting, used: 2, limit: 4096, peak: 5);
        Assert.Equal(4, _monitor.Metric("peak_limit", "accept_queue"));
    }

    [Theory]
    [InlineData(1, 2, 20)]
    [InlineData(2, 0, 0)]
    public void CookiesAreALossOnlyWhereTheyAreSentForLackOfRoom(long cookies, int state, long losses)
    {
        Cookies(cookies);
        Tick(queueFullCookies: 1000, sockets: [Listen(443, 1, limit: 16)]);
        _monitor.Shows("syn_queue", losses: cookies == 2 ? 0 : 1000);
        Tick(queueFullCookies: 1020, sockets: [Listen(443, 1, limit: 16)]);
        _monitor.Shows("syn_queue", state: (ResourceState)state, recentLosses: losses);
    }

    [Fact]
    public void WithoutCookiesThreeQuartersOfMaxSynBacklogIsALimitToo()
    {
        Cookies(0);
        _sysctl.Set("net/ipv4/tcp_max_syn_backlog", "0", 64);
        for (var i = 0; i < 3; i++)
            Tick(sockets: [Listen(443, 1, limit: 1024), .. HalfOpen(48, 443)]);
        _monitor.Shows("syn_queue", used: 48, limit: 48, state: ResourceState.Near);

        // This drop moves no counter of its own.
        Tick(drops: 9, sockets: [Listen(443, 1, limit: 1024, drops: 9), .. HalfOpen(49, 443)]);
        _monitor.Shows("syn_queue", state: ResourceState.Limiting, losses: 9);
    }

    [Fact]
    public void AFullSynQueueBehindAFullAcceptQueueIsAConsequence()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, limit: 4), Listen(80, 2, limit: 4)]);
        Tick(
            drops: 3, overflows: 3, queueFullCookies: 7,
            sockets: [Listen(443, 1, length: 5, limit: 4, drops: 3), Listen(80, 2, limit: 4), .. HalfOpen(5, 443)]);
        ShowsStates(accept: ResourceState.Limiting, syn: ResourceState.Ok);
    }

    [Fact]
    public void AFullSynQueueOfAnotherListenerIsALimitOfItsOwn()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, limit: 4), Listen(80, 2, limit: 4)]);
        Tick(
            drops: 3, overflows: 3, queueFullCookies: 9,
            sockets: [Listen(443, 1, length: 5, limit: 4, drops: 3), Listen(80, 2, limit: 4), .. HalfOpen(5, 80)]);
        ShowsStates(accept: ResourceState.Limiting, syn: ResourceState.Limiting);
    }

    /// <summary>Together the members hold more than one of them may, which is no overflow.</summary>
    [Fact]
    public void WithoutAnOverflowOfAMemberTheFullSynQueueOfAGroupLimits()
    {
        Cookies(1);
        FakeSocket[] group = [Listen(443, 1, length: 3, limit: 4), Listen(443, 2, length: 3, limit: 4)];
        Tick(sockets: group);
        Tick(queueFullCookies: 7, sockets: [.. group, .. HalfOpen(9, 443)]);
        ShowsStates(accept: ResourceState.Ok, syn: ResourceState.Limiting);
    }

    [Fact]
    public void AfterAnOverflowOfAMemberTheFullSynQueueOfAGroupIsAConsequence()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, limit: 4), Listen(443, 2, limit: 4)]);
        Tick(
            drops: 3, overflows: 3, queueFullCookies: 7,
            sockets: [Listen(443, 1, limit: 4, drops: 3), Listen(443, 2, limit: 4), .. HalfOpen(9, 443)]);
        ShowsStates(accept: ResourceState.Limiting, syn: ResourceState.Ok);
    }

    /// <summary>A sample now and then sees a short queue filled by handshakes that end within milliseconds.</summary>
    [Fact]
    public void ASynQueueIsNearOnlyWhileItStaysNearlyFull()
    {
        Cookies(1);
        for (var i = 0; i < 12; i++)
            Tick(sockets: [Listen(443, 1, limit: 16), .. HalfOpen(i % 3 == 2 ? 4 : 15, 443)]);
        _monitor.Shows("syn_queue", state: ResourceState.Ok);
        for (var i = 0; i < 3; i++)
            Tick(sockets: [Listen(443, 1, limit: 16), .. HalfOpen(15, 443)]);
        _monitor.Shows("syn_queue", state: ResourceState.Near);
    }

    /// <summary>The counter is from this tick, the half-open connections are from the last walk.</summary>
    [Fact]
    public void UntilAWalkSeesTheFloodNoListenerIsNamed()
    {
        Cookies(1);
        FakeSocket[] listeners = [Listen(22, 1, limit: 4), Listen(443, 2, limit: 16)];
        Tick(sockets: listeners);
        Tick(queueFullCookies: 20, sockets: listeners);
        _monitor.Shows("syn_queue", state: ResourceState.Limiting, peak: 0, recentLosses: 20);
        Assert.Equal(0, _monitor.Tables[1].Count);
        Tick(queueFullCookies: 40, sockets: [.. listeners, .. HalfOpen(16, 443)]);
        _monitor.Shows("syn_queue", state: ResourceState.Limiting, peak: 17, limit: 16);
        Assert.Equal(["resource=\"syn_queue\",subject=\"0.0.0.0:443\""], _monitor.Tables[1].Keys());
    }
}
