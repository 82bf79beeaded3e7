using TcpAgent.Kernel.Netlink;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Tests.Sources;
using static TcpAgent.Tests.Sources.ListenersRig;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Resources;

/// <summary>An accept queue limits by the time that connections wait in it, though nothing is dropped.</summary>
public sealed class AcceptQueueWaitTests : IDisposable
{
    const uint Limit = 4096;

    readonly ListenersRig _rig = new();
    readonly ResourceMonitor _monitor;
    long _opens = 100;

    public AcceptQueueWaitTests() => _monitor = new ResourceMonitor([_rig.Netstat, _rig.Listeners], SamplingOptions.Default, _rig.Time);

    public void Dispose()
    {
        _monitor.Dispose();
        _rig.Dispose();
    }

    static FakeSocket[] Waits(params ReadOnlySpan<uint> waited) => Array.ConvertAll(waited.ToArray(), time => Waiting(443, time));

    /// <summary>Connections that came <paramref name="youngest"/> to <paramref name="oldest"/> milliseconds ago.</summary>
    static FakeSocket[] Spread(int count, uint youngest, uint oldest) =>
        [.. Enumerable.Range(0, count).Select(i => Waiting(443, (uint)(youngest + (i * (oldest - youngest) / (count - 1)))))];

    /// <summary>Ten clients that waited three seconds and closed <paramref name="ago"/> milliseconds ago, and one that came now.</summary>
    static FakeSocket[] Left(uint ago) =>
        [.. Enumerable.Range(0, 10).Select(i => Waiting(443, ago + 3_000, TcpState.CloseWait, left: ago)), Waiting(443, 200)];

    ResourceState Tick(params FakeSocket[] waiting) => Tick(0, [Listen(443, 1, (uint)waiting.Length, Limit), .. waiting]);

    ResourceState Tick(int opens, params FakeSocket[] sockets)
    {
        _rig.WriteNetstat(0, 0);
        _rig.WriteOpens(_opens += opens);
        _rig.Table.Set(sockets);
        _rig.Tick();
        _monitor.Derive(new Tick(0, _rig.Time.Now, false));
        return State;
    }

    ResourceState State => (ResourceState)_monitor.Metric("state", "accept_queue")!.Value;

    [Fact]
    public void ClientsThatWaitLongerThanASecondWhileOthersComeAreLimited()
    {
        Assert.Equal(ResourceState.Ok, Tick(Spread(20, 100, 3_000)));
        Assert.Equal(ResourceState.Limiting, Tick(Spread(30, 50, 4_000)));
        _monitor.Shows("accept_queue", used: 30, limit: Limit, peak: 30, recentLosses: 0, saturatedNs: ManualTime.Second);
        Assert.Equal(["resource=\"accept_queue\",subject=\"0.0.0.0:443\""], _monitor.Tables[1].Keys());
        _rig.Shows(443, recentLate: 23, recentWaitMs: 4_000, late: 1);
    }

    [Fact]
    public void TheLimitEndsWithThePeakWindow()
    {
        Tick(Spread(20, 100, 3_000));
        Tick(Spread(30, 50, 4_000));
        Assert.Equal(ResourceState.Limiting, Tick());
        _monitor.Shows("accept_queue", saturatedNs: ManualTime.Second);
        _rig.Shows(443, late: Absent);
        for (var i = 0; i < 62; i++)
            Tick();
        Assert.Equal(ResourceState.Ok, Tick());
        _rig.Shows(443, recentLate: Absent);
    }

    [Fact]
    public void BurstsAndBatchesThatAreAcceptedWithinASecondAreHealthy()
    {
        for (var i = 0; i < 20; i++)
            Assert.Equal(ResourceState.Ok, i % 4 == 3 ? Tick() : Tick(Spread(400, 0, i % 2 == 0 ? 990u : 200u)));
    }

    /// <summary>A pause of a second, as a garbage collector makes it.</summary>
    [Fact]
    public void APauseOfASecondIsNoLimit()
    {
        Tick(Spread(400, 0, 1_400));
        Assert.Equal(ResourceState.Ok, Tick(Spread(400, 0, 300)));
        Tick(Spread(400, 0, 1_400));
        Assert.Equal(ResourceState.Ok, Tick());
    }

    [Fact]
    public void AFewStrayConnectionsAreNoTraffic()
    {
        for (var i = 0u; i < 100; i++)
            Assert.Equal(ResourceState.Ok, Tick(Waits(i * 1_000, 600_000, 700_000, 800_000)));
    }

    /// <summary>After ten seconds it does not matter that no other client comes.</summary>
    [Fact]
    public void APoolOfClientsThatHangsIsLimitedAfterTenSeconds()
    {
        for (var age = 1_200u; age < 10_000; age += 1_000)
            Assert.Equal(ResourceState.Ok, Tick(Spread(18, age, age + 100)));
        Assert.Equal(ResourceState.Limiting, Tick(Spread(18, 10_100, 10_300)));
    }

    /// <summary>Between two retries of the clients outside, nothing is dropped and no client can join the queue.</summary>
    [Fact]
    public void AFullQueueThatIsNotEmptiedIsLimitedAfterASecond()
    {
        ResourceState Full(uint age) => Tick(0, [Listen(443, 1, 5, 4), .. Spread(5, age, age + 100)]);
        Assert.NotEqual(ResourceState.Limiting, Full(200));
        Assert.NotEqual(ResourceState.Limiting, Full(1_200));
        Assert.Equal(ResourceState.Limiting, Full(2_200));
        _monitor.Shows("accept_queue", recentLosses: 0);
    }

    [Fact]
    public void AFullQueueThatIsEmptiedWithinASecondIsHealthy()
    {
        for (var i = 0; i < 20; i++)
            Assert.NotEqual(ResourceState.Limiting, Tick(0, [Listen(443, 1, 5, 4), .. Spread(5, 100, 900)]));
    }

    [Fact]
    public void ClientsThatLeftLongAgoAreNoLongerHarmed()
    {
        for (var i = 0; i < 5; i++)
            Assert.Equal(ResourceState.Ok, Tick(Left(60_000)));
    }

    [Fact]
    public void ClientsThatLeftJustNowAreLimited()
    {
        Tick(Left(1_000));
        Assert.Equal(ResourceState.Limiting, Tick(Left(2_000)));
    }

    /// <summary>Another listener is fuller, but nobody waits there.</summary>
    [Fact]
    public void TheListenerWhoseClientsWaitIsNamedNotTheFullest()
    {
        for (var i = 0u; i < 5; i++)
            Tick(0, [Listen(443, 1, 20, Limit), Listen(80, 2, 4, 4), .. Spread(20, 50, 3_000 + (i * 1_000)), Waiting(80, 2)]);
        Assert.Equal(["resource=\"accept_queue\",subject=\"0.0.0.0:443\""], _monitor.Tables[1].Keys());
        _monitor.Shows("accept_queue", used: 20, limit: Limit);
    }

    [Fact]
    public void ConnectionsToAllAddressesOfAWildcardListenerAddUp()
    {
        FakeSocket[] sockets = [
            Listen(443, 1, 6, Limit), .. Spread(3, 500, 2_000),
            .. Enumerable.Range(0, 3).Select(_ => Waiting(443, 5_000, address: "10.0.0.9"))];
        Tick(0, sockets);
        Assert.Equal(ResourceState.Limiting, Tick(0, sockets));
        _rig.Shows(443, recentLate: 5, recentWaitMs: 5_000);
    }

    /// <summary>
    /// Reset connections stay in the queue but are in no dump. What exceeds the arrivals of a second has waited longer.
    /// </summary>
    [Fact]
    public void AQueueThatHoldsMoreThanCameWithinASecondNeedsNoScan()
    {
        ResourceState Queue(uint length, int opens) => Tick(opens, Listen(443, 1, length, Limit));
        Queue(300, 100);
        Queue(380, 100);
        Assert.Equal(ResourceState.Ok, State);
        Queue(460, 100);
        Assert.Equal(ResourceState.Limiting, Queue(540, 100));
        _rig.Shows(443, recentLate: 540 - 200);
    }

    [Fact]
    public void AQueueThatHoldsLessThanCameWithinASecondMayBeHealthy()
    {
        for (var i = 0u; i < 30; i++)
            Assert.Equal(ResourceState.Ok, Tick(2_000, Listen(443, 1, 200 + (i % 5 * 100), Limit)));
    }

    /// <summary>Connections that no process accepts any more; the length stays.</summary>
    [Fact]
    public void TheLengthOfAQueueThatDoesNotMoveProvesNothing()
    {
        for (var i = 0; i < 60; i++)
            Assert.Equal(ResourceState.Ok, Tick(1, Listen(443, 1, (uint)(80 + (i / 20)), Limit)));
    }

    [Fact]
    public void AScanThatFailsEndsTheProof()
    {
        Tick(Spread(20, 100, 3_000));
        Assert.Equal(ResourceState.Limiting, Tick(Spread(20, 50, 4_000)));
        _rig.Shows(443, late: 1);
        _rig.Table.BrokenPorts = true;
        Tick(Spread(20, 50, 5_000));
        _rig.Shows(443, late: Absent);
    }

    /// <summary>A backlog of 5 that is emptied within milliseconds and at its limit at every sample.</summary>
    [Fact]
    public void AQueueThatIsEmptiedAtOnceIsNotNearHoweverOftenItIsFull()
    {
        for (var i = 0; i < 60; i++)
            Assert.Equal(ResourceState.Ok, Tick(3_000, [Listen(443, 1, 5, 5), .. Spread(5, 0, 3)]));
    }

    [Fact]
    public void AQueueThatStaysNearlyFullIsNear()
    {
        for (var age = 400u; age < 1_000; age += 300)
            Assert.Equal(ResourceState.Ok, Tick(0, [Listen(443, 1, 4, 4), .. Spread(4, age, age + 3)]));
        Tick(0, [Listen(443, 1, 4, 4), .. Spread(4, 1_000, 1_003)]);
        Assert.Equal(ResourceState.Near, Tick(0, [Listen(443, 1, 4, 4), .. Spread(4, 1_300, 1_303)]));
    }

    [Fact]
    public void ADeepQueueThatIsNearlyFullIsNearAtOnce() =>
        Assert.Equal(ResourceState.Near, Tick(0, [Listen(443, 1, 110, 128), .. Spread(110, 0, 3)]));
}
