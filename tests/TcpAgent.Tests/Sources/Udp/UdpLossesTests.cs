using TcpAgent.Verdict;

namespace TcpAgent.Tests.Sources;

/// <summary>Which losses limit, and whose they are.</summary>
public sealed class UdpLossesTests : IDisposable
{
    const long Ok = 0, Near = 1, Limiting = 2;

    readonly UdpRig _rig = new();

    public void Dispose() => _rig.Dispose();

    static FakeUdp Socket(int port, uint used = 0, uint drops = 0, uint size = 212_992, string address = "0.0.0.0") =>
        new(address, (ushort)port) { Cookie = (ulong)port, Used = used, Drops = drops, Size = size };

    ResourceReport Report => _rig.Judge().Resources.Single(one => one.Resource.Name == "udp_receive");

    /// <summary>The buffer was empty at every sample, and a third of what came in between was lost.</summary>
    [Fact]
    public void ABurstThatNoSampleSawLimits()
    {
        _rig.Set(Socket(8125), Socket(53));
        _rig.Tick(read: 1_000);
        _rig.Set(Socket(8125, drops: 300), Socket(53));
        _rig.Tick(lost: 300, read: 700);
        Assert.Equal((Limiting, "0.0.0.0:8125"), (_rig.Resource("state"), _rig.Subject));
        Assert.Equal((300, 212_992), (_rig.Resource("losses_total"), _rig.Resource("used_peak")));
        for (var i = 0; i < 50; i++)
            _rig.Tick(read: 1_000);
        Assert.Equal(Limiting, _rig.Resource("state"));
    }

    [Fact]
    public void OneInTenThousandLimitsNobody()
    {
        for (var i = 0u; i < 60; i++)
        {
            _rig.Set(Socket(8125, drops: i));
            _rig.Tick(lost: 1, read: 9_999);
        }
        Assert.Equal(Ok, _rig.Resource("state"));
        Assert.StartsWith("0.0.0.0:8125 dropped 5", Report.Evidence[^1], StringComparison.Ordinal);
        Assert.True(Report.IsLossWithoutSaturation);
        Assert.Contains("0.01 percent", Report.Evidence[0], StringComparison.Ordinal);
        Assert.Equal(0, _rig.Resource("saturated_seconds_total"));
    }

    [Fact]
    public void AFewOnAQuietHostLimitNobody()
    {
        _rig.Set(Socket(123));
        _rig.Tick(read: 4);
        _rig.Set(Socket(123, drops: 4));
        _rig.Tick(lost: 4, read: 4);
        Assert.Equal(Ok, _rig.Resource("state"));
    }

    /// <summary>A steady loss of two in a hundred.</summary>
    [Fact]
    public void ALossOfTwoPercentLimits()
    {
        for (var i = 0u; i < 5; i++)
        {
            _rig.Set(Socket(514, drops: 20 * i));
            _rig.Tick(lost: i == 0 ? 0 : 20, read: 980);
        }
        Assert.Equal((Limiting, "0.0.0.0:514"), (_rig.Resource("state"), _rig.Subject));
    }

    /// <summary>Beside a busy server the datagrams of a starved one are few.</summary>
    [Fact]
    public void ABufferThatStandsFullAndLosesLimitsWhateverTheOthersReceive()
    {
        for (var i = 0u; i < 4; i++)
        {
            _rig.Set(Socket(8125, used: 212_000, drops: 50 * i), Socket(443, used: 100_000 * (i % 2)));
            _rig.Tick(lost: i == 0 ? 0 : 50, read: 1_000_000);
        }
        Assert.Equal((Limiting, "0.0.0.0:8125"), (_rig.Resource("state"), _rig.Subject));
        Assert.Contains(Report.Evidence, text => text.Contains("stayed 99 percent full", StringComparison.Ordinal));
        Assert.StartsWith("Read faster", Report.Advice[0], StringComparison.Ordinal);
        Assert.Contains("statsd_exporter: --statsd.read-buffer", Report.Advice[1], StringComparison.Ordinal);
    }

    /// <summary>
    /// Of sk_drops, those of a filter, a policy or a bad checksum are not the buffer's: RcvbufErrors does not count them.
    /// </summary>
    [Fact]
    public void DropsWithoutALossAtABufferAreNotIts()
    {
        _rig.Set(Socket(8125));
        _rig.Tick(read: 10);
        _rig.Set(Socket(8125, drops: 5_000));
        _rig.Tick(read: 10);
        Assert.Equal((Ok, 0), (_rig.Resource("state"), _rig.Resource("recent_losses")));
        Assert.Equal(5_000, _rig.Value("socket_drops_total", "0.0.0.0", 8125));
        Assert.False(Report.IsLossWithoutSaturation);
    }

    /// <summary>One socket's filter drops far more than the other's buffer loses.</summary>
    [Fact]
    public void TheLoserIsNotTheOneWhoseFilterDrops()
    {
        _rig.Set(Socket(1000), Socket(8125));
        _rig.Tick();
        _rig.Set(Socket(1000, drops: 5_000), Socket(8125, drops: 60));
        _rig.Tick(lost: 60, read: 40);
        Assert.Equal("0.0.0.0:8125", _rig.Subject);
    }

    [Fact]
    public void ALoserThatClosedIsNotReplacedByAnother()
    {
        _rig.Set(Socket(443, used: 60_000));
        _rig.Tick();
        _rig.Tick(lost: 500, read: 500);
        Assert.Equal((Limiting, ""), (_rig.Resource("state"), _rig.Subject));
        Assert.Contains(Report.Evidence, text => text.StartsWith("The socket cannot be identified", StringComparison.Ordinal));
    }

    [Fact]
    public void IPv6CountsToo()
    {
        _rig.Set(Socket(53, address: "fd00::1"));
        _rig.Tick();
        _rig.Set(Socket(53, drops: 40, address: "fd00::1"));
        _rig.Tick(lost6: 40, read6: 60);
        Assert.Equal((Limiting, "[fd00::1]:53"), (_rig.Resource("state"), _rig.Subject));
        Assert.Contains(Report.Advice, text => text.Contains("so-rcvbuf", StringComparison.Ordinal));
    }

    /// <summary>A burst that fills a buffer and is read within a moment is seen by a sample now and then.</summary>
    [Fact]
    public void AFullBufferSeenOnceIsNothingAndSeenTwiceRunningIsNear()
    {
        _rig.Set(Socket(8125, used: 212_000));
        _rig.Tick();
        _rig.Set(Socket(8125));
        _rig.Tick();
        Assert.Equal(Ok, _rig.Resource("state"));
        _rig.Set(Socket(8125, used: 200_000));
        _rig.Tick();
        _rig.Tick();
        Assert.Equal((Near, 200_000, "0.0.0.0:8125"), (_rig.Resource("state"), _rig.Resource("used"), _rig.Subject));
    }

    [Fact]
    public void LossesFromBeforeTheAgentProveNothing()
    {
        _rig.Set(Socket(8125, drops: 100_000));
        _rig.Tick(lost: 100_000, read: 5);
        _rig.Tick(read: 5);
        Assert.Equal((Ok, 100_000, 0), (_rig.Resource("state"), _rig.Resource("losses_total"), _rig.Resource("recent_losses")));
    }
}
