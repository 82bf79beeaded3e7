using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>What is exported where there are more connections than a look may read, or more destinations than are exported.</summary>
public sealed class ManyConnectionsTests : IDisposable
{
    const long Second = 1_000_000;

    readonly ConnectionRig _rig = new();

    public void Dispose() => _rig.Dispose();

    static FakeConnection Outgoing(ulong cookie, ushort port, string to = "10.0.0.2") =>
        new("10.0.0.1", port, to, 5432) { Cookie = cookie };

    long? Outgoing(string metric, string limiter = "", string to = "10.0.0.2") => _rig.Value(metric, "outgoing", to, 5432, limiter);

    [Fact]
    public void OnALargeHostEachSampleStandsForManyAndTheSumIsRight()
    {
        _rig.Set([.. Enumerable.Range(0, 4_000).Select(i => Outgoing((ulong)i + 1, (ushort)(32_768 + i * 7)))]);
        for (var i = 0; i < 17; i++)
            _rig.Tick(seconds: 1);
        Assert.Equal(16, _rig.Total("sample_parts"));

        // A whole rotation has compared each connection once.
        Assert.Equal(4_000, _rig.Total("sampled"));
        Assert.Equal(4_000, Outgoing(""));
        Assert.Equal(16 * 4_000 * Second, Outgoing("seconds_total", "application"));
    }

    [Fact]
    public void BothEndsOfALoopbackConnectionAreEquallyLikely()
    {
        var listener = new FakeConnection("127.0.0.1", 8080, "0.0.0.0", 0) { IsListener = true, Cookie = 99_999 };
        _rig.Set([
            listener, .. Enumerable.Range(0, 2_000).SelectMany(i => (FakeConnection[])
            [
                new("127.0.0.1", (ushort)(32_768 + i * 14), "127.0.0.1", 8080) { Cookie = (ulong)(2 * i + 1) },
                new("127.0.0.1", 8080, "127.0.0.1", (ushort)(32_768 + i * 14)) { Cookie = (ulong)(2 * i + 2) },
            ]),
        ]);
        for (var i = 0; i < 17; i++)
            _rig.Tick(seconds: 1);
        Assert.Equal(2_000, _rig.Value("", "incoming", "127.0.0.1", 8080));
        Assert.Equal(2_000, _rig.Value("", "outgoing", "127.0.0.1", 8080));
    }

    [Fact]
    public void AListenerWithinTheRangeOfClientPortsDoesNotCrowdOnePart()
    {
        var listener = new FakeConnection("10.0.0.1", 50_000, "0.0.0.0", 0) { IsListener = true, Cookie = 99_999 };
        _rig.Set([
            listener, .. Enumerable.Range(0, 4_000)
                .Select(i => new FakeConnection("10.0.0.1", 50_000, "10.0.0.9", (ushort)(1_024 + i * 16)) { Cookie = (ulong)i + 1 }),
        ]);
        for (var i = 0; i < 17; i++)
            _rig.Tick(seconds: 1);
        Assert.Equal(0, _rig.Total("looks_abandoned_total"));
        Assert.Equal(4_000, _rig.Value("", "incoming", "10.0.0.1", 50_000));
    }

    [Fact]
    public void APartWithFarTooManyIsGivenUpAndSaid()
    {
        // One client port to many servers.
        _rig.Set([.. Enumerable.Range(0, ConnectionScan.MostRows + 1)
            .Select(i => Outgoing((ulong)i + 1, 40_000, $"10.1.{i / 250}.{i % 250 + 1}"))]);
        for (var i = 0; i < 8; i++)
            _rig.Tick(seconds: 1);
        Assert.InRange(_rig.Total("looks_abandoned_total") ?? 0, 1, 4);
        Assert.True(_rig.Total("sampled") is null or 0);
    }

    [Fact]
    public void ManyDestinationsAreTheTenLargestAndTheOthers()
    {
        _rig.Set([.. Enumerable.Range(0, 30).SelectMany(
            host => Enumerable.Range(0, host < 10 ? 5 : 1).Select(
                i => Outgoing((ulong)(host * 10 + i + 1), (ushort)(40_000 + host * 10 + i), $"10.2.0.{host + 1}")))]);
        _rig.Tick();
        _rig.Tick();
        Assert.Equal(11, _rig.Source[ConnectionRows.Groups].Count);
        Assert.Equal(5, Outgoing("", to: "10.2.0.1"));
        Assert.Equal(20, _rig.Value("", "outgoing", "others", null));
    }
}
