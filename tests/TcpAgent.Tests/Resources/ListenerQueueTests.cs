using TcpAgent.Kernel.Netlink;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Tests.Sources;
using static TcpAgent.Tests.Sources.ListenersRig;

namespace TcpAgent.Tests.Resources;

/// <summary>The two queues of a listener as resources: whose they are, and what only looks like a loss.</summary>
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

    long? Value(string metric, string resource) => _monitor.Value($"tcpagent_resource_{metric}", $"resource=\"{resource}\"");

    (ResourceState Accept, ResourceState Syn) States =>
        ((ResourceState)Value("state", "accept_queue")!.Value, (ResourceState)Value("state", "syn_queue")!.Value);

    [Fact]
    public void TheFullestListenerIsShownWithItsOwnLimit()
    {
        Cookies(1);
        for (var i = 0; i < 3; i++)
            Tick(sockets: [Listen(80, 1, length: 100, limit: 4096), Listen(443, 2, length: 4, limit: 4)]);
        Assert.Equal((4, 4), (Value("used", "accept_queue"), Value("limit", "accept_queue")));
        Assert.Equal((ResourceState.Near, ResourceState.Ok), States);
        Assert.Equal(["resource=\"accept_queue\",subject=\"0.0.0.0:443\""], _monitor.Tables[1].Keys());
    }

    [Fact]
    public void OfAGroupTheFullestMemberCounts()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, length: 4, limit: 4), Listen(443, 2, limit: 4)]);
        Assert.Equal((4, 4), (Value("used", "accept_queue"), Value("limit", "accept_queue")));
    }

    [Fact]
    public void AFullQueueIsOneMoreThanItsLimit()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, length: 4, limit: 4)]);
        Tick(sockets: [Listen(443, 1, length: 4, limit: 4)]);
        Assert.Equal(0, Value("saturated_seconds_total", "accept_queue"));
        Tick(sockets: [Listen(443, 1, length: 5, limit: 4)]);
        Assert.Equal(ManualTime.Second, Value("saturated_seconds_total", "accept_queue"));
        Assert.Equal(ResourceState.Near, States.Accept);
    }

    [Fact]
    public void ABacklogOfZeroTakesOne()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, limit: 0)]);
        Assert.Equal(ResourceState.Ok, States.Accept);
        Tick(sockets: [Listen(443, 1, length: 1, limit: 0)]);
        Assert.Equal(ManualTime.Second, Value("saturated_seconds_total", "accept_queue"));

        // One that nobody takes is no traffic.
        for (var i = 0; i < 5; i++)
            Tick(sockets: [Listen(443, 1, length: 1, limit: 0)]);
        Assert.Equal(ResourceState.Ok, States.Accept);
    }

    [Fact]
    public void WhenNothingListensAnyMoreThePeakEndsWithTheWindowAllTheSame()
    {
        Cookies(1);
        for (var i = 0; i < 3; i++)
            Tick(sockets: [Listen(443, 1, length: 5, limit: 4)]);
        Tick();
        Assert.Equal(
            (ResourceState.Near, (long?)null, 5),
            (States.Accept, Value("used", "accept_queue"), Value("used_peak", "accept_queue")!.Value));
        for (var i = 0; i < 61; i++)
            Tick();
        Assert.Equal(ResourceState.Ok, States.Accept);
        Assert.Null(Value("used_peak", "accept_queue"));
    }

    [Fact]
    public void ABurstBetweenTwoSamplesIsLimiting()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, limit: 4)]);
        Tick(drops: 6, overflows: 6, sockets: [Listen(443, 1, limit: 4, drops: 6)]);
        Assert.Equal((ResourceState.Limiting, ResourceState.Ok), States);
        Assert.Equal(
            (0, 5, 6), (Value("used", "accept_queue"), Value("used_peak", "accept_queue"), Value("recent_losses", "accept_queue")));
        Assert.Equal(ManualTime.Second, Value("saturated_seconds_total", "accept_queue"));
    }

    [Theory]
    [InlineData(1, 2, 20)]
    [InlineData(2, 0, 0)]
    public void CookiesAreALossOnlyWhereTheyAreSentForWantOfRoom(long cookies, int state, long losses)
    {
        Cookies(cookies);
        Tick(queueFullCookies: 1000, sockets: [Listen(443, 1, limit: 16)]);
        Assert.Equal(cookies == 2 ? 0 : 1000, Value("losses_total", "syn_queue"));
        Tick(queueFullCookies: 1020, sockets: [Listen(443, 1, limit: 16)]);
        Assert.Equal((state, losses), ((int)States.Syn, Value("recent_losses", "syn_queue")!.Value));
    }

    [Fact]
    public void WithoutCookiesThreeQuartersOfMaxSynBacklogIsALimitToo()
    {
        Cookies(0);
        _sysctl.Set("net/ipv4/tcp_max_syn_backlog", "0", 64);
        for (var i = 0; i < 3; i++)
            Tick(sockets: [Listen(443, 1, limit: 1024), .. HalfOpen(48, 443)]);
        Assert.Equal((48, 48), (Value("used", "syn_queue"), Value("limit", "syn_queue")));
        Assert.Equal(ResourceState.Near, States.Syn);

        // No counter of its own moves for this drop.
        Tick(drops: 9, sockets: [Listen(443, 1, limit: 1024, drops: 9), .. HalfOpen(49, 443)]);
        Assert.Equal((ResourceState.Limiting, 9), (States.Syn, Value("losses_total", "syn_queue")!.Value));
    }

    [Fact]
    public void BehindAFullAcceptQueueAFullSynQueueIsAConsequence()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, limit: 4), Listen(80, 2, limit: 4)]);
        Tick(
            drops: 3, overflows: 3, queueFullCookies: 7,
            sockets: [Listen(443, 1, length: 5, limit: 4, drops: 3), Listen(80, 2, limit: 4), .. HalfOpen(5, 443)]);
        Assert.Equal((ResourceState.Limiting, ResourceState.Ok), States);

        // At another listener it is a limit of its own.
        Tick(
            drops: 3, overflows: 3, queueFullCookies: 9,
            sockets: [Listen(443, 1, length: 5, limit: 4, drops: 3), Listen(80, 2, limit: 4), .. HalfOpen(5, 80)]);
        Assert.Equal((ResourceState.Limiting, ResourceState.Limiting), States);
    }

    /// <summary>Together the members hold more than one of them may: that is no overflow.</summary>
    [Fact]
    public void AGroupOfWhichNoMemberOverflowedExcusesNoFullSynQueue()
    {
        Cookies(1);
        FakeSocket[] group = [Listen(443, 1, length: 3, limit: 4), Listen(443, 2, length: 3, limit: 4)];
        Tick(sockets: group);
        Tick(queueFullCookies: 7, sockets: [.. group, .. HalfOpen(9, 443)]);
        Assert.Equal((ResourceState.Ok, ResourceState.Limiting), States);
    }

    [Fact]
    public void AGroupOfWhichAMemberOverflowedBetweenTwoTicksExcusesIt()
    {
        Cookies(1);
        Tick(sockets: [Listen(443, 1, limit: 4), Listen(443, 2, limit: 4)]);
        Tick(
            drops: 3, overflows: 3, queueFullCookies: 7,
            sockets: [Listen(443, 1, limit: 4, drops: 3), Listen(443, 2, limit: 4), .. HalfOpen(9, 443)]);
        Assert.Equal((ResourceState.Limiting, ResourceState.Ok), States);
    }

    /// <summary>Handshakes that end in milliseconds fill a short queue at a sample now and then.</summary>
    [Fact]
    public void ASynQueueIsNearOnlyIfItStaysSo()
    {
        Cookies(1);
        for (var i = 0; i < 12; i++)
            Tick(sockets: [Listen(443, 1, limit: 16), .. HalfOpen(i % 3 == 2 ? 4 : 15, 443)]);
        Assert.Equal(ResourceState.Ok, States.Syn);
        for (var i = 0; i < 3; i++)
            Tick(sockets: [Listen(443, 1, limit: 16), .. HalfOpen(15, 443)]);
        Assert.Equal(ResourceState.Near, States.Syn);
    }

    /// <summary>The counter is of this tick, the half-open connections are of the last walk.</summary>
    [Fact]
    public void UntilAWalkSeesTheFloodNoListenerIsNamed()
    {
        Cookies(1);
        FakeSocket[] listeners = [Listen(22, 1, limit: 4), Listen(443, 2, limit: 16)];
        Tick(sockets: listeners);
        Tick(queueFullCookies: 20, sockets: listeners);
        Assert.Equal((ResourceState.Limiting, 0, 20), (States.Syn, Value("used_peak", "syn_queue"), Value("recent_losses", "syn_queue")));
        Assert.Equal(0, _monitor.Tables[1].Count);
        Tick(queueFullCookies: 40, sockets: [.. listeners, .. HalfOpen(16, 443)]);
        Assert.Equal((ResourceState.Limiting, 17, 16), (States.Syn, Value("used_peak", "syn_queue"), Value("limit", "syn_queue")));
        Assert.Equal(["resource=\"syn_queue\",subject=\"0.0.0.0:443\""], _monitor.Tables[1].Keys());
    }
}
