using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Sources;

/// <summary>Which losses limit, and which socket they belong to.</summary>
public sealed class UdpLossesTests : IDisposable
{
    const ResourceState Ok = ResourceState.Ok, Near = ResourceState.Near, Limiting = ResourceState.Limiting;

    readonly UdpRig _rig = new();

    public void Dispose() => _rig.Dispose();

    static FakeUdp Socket(int port, uint used = 0, uint drops = 0, uint size = 212_992, string address = "0.0.0.0") =>
        new(address, (ushort)port) { Cookie = (ulong)port, Used = used, Drops = drops, Size = size };

    ResourceReport Report => _rig.Judge().Resources.Single(report => report.Resource.Name == "udp_receive");

    /// <summary>The buffer was empty at every sample, and a third of the datagrams between the samples was lost.</summary>
    [Fact]
    public void ABurstThatNoSampleSawLimits()
    {
        _rig.Set(Socket(8125), Socket(53));
        _rig.Tick(read: 1_000);
        _rig.Set(Socket(8125, drops: 300), Socket(53));
        _rig.Tick(lost: 300, read: 700);
        _rig.Monitor.Shows("udp_receive", state: Limiting, subject: "0.0.0.0:8125", losses: 300, peak: 212_992);
        for (var i = 0; i < 50; i++)
            _rig.Tick(read: 1_000);
        _rig.Monitor.Shows("udp_receive", state: Limiting);
    }

    [Fact]
    public void LosingOneDatagramInTenThousandIsNoLimit()
    {
        for (var i = 0u; i < 60; i++)
        {
            _rig.Set(Socket(8125, drops: i));
            _rig.Tick(lost: 1, read: 9_999);
        }
        _rig.Monitor.Shows("udp_receive", state: Ok);
        Assert.StartsWith("0.0.0.0:8125 dropped 5", Report.Evidence[^1], StringComparison.Ordinal);
        Assert.True(Report.IsLossWithoutSaturation);
        Assert.Contains("0.01 percent", Report.Evidence[0], StringComparison.Ordinal);
        _rig.Monitor.Shows("udp_receive", saturatedNs: 0);
    }

    [Fact]
    public void LosingAFewDatagramsOnAQuietHostIsNoLimit()
    {
        _rig.Set(Socket(123));
        _rig.Tick(read: 4);
        _rig.Set(Socket(123, drops: 4));
        _rig.Tick(lost: 4, read: 4);
        _rig.Monitor.Shows("udp_receive", state: Ok);
    }

    [Fact]
    public void ASteadyLossOfTwoPercentLimits()
    {
        for (var i = 0u; i < 5; i++)
        {
            _rig.Set(Socket(514, drops: 20 * i));
            _rig.Tick(lost: i == 0 ? 0 : 20, read: 980);
        }
        _rig.Monitor.Shows("udp_receive", state: Limiting, subject: "0.0.0.0:514");
    }

    /// <summary>Next to a busy server, a starved one receives few datagrams.</summary>
    [Fact]
    public void ABufferThatStaysFullAndLosesLimitsWhateverOthersReceive()
    {
        for (var i = 0u; i < 4; i++)
        {
            _rig.Set(Socket(8125, used: 212_000, drops: 50 * i), Socket(443, used: 100_000 * (i % 2)));
            _rig.Tick(lost: i == 0 ? 0 : 50, read: 1_000_000);
        }
        _rig.Monitor.Shows("udp_receive", state: Limiting, subject: "0.0.0.0:8125");
        Assert.Contains(Report.Evidence, text => text.Contains("stayed 99 percent full", StringComparison.Ordinal));
        Assert.StartsWith("Read faster", Report.Advice[0], StringComparison.Ordinal);
        Assert.Contains("statsd_exporter: --statsd.read-buffer", Report.Advice[1], StringComparison.Ordinal);
    }

    /// <summary>sk_drops also counts drops by a filter, by a policy and for a bad checksum; RcvbufErrors does not.</summary>
    [Fact]
    public void DropsThatRcvbufErrorsDoesNotCountAreNoLossOfABuffer()
    {
        _rig.Set(Socket(8125));
        _rig.Tick(read: 10);
        _rig.Set(Socket(8125, drops: 5_000));
        _rig.Tick(read: 10);
        _rig.Monitor.Shows("udp_receive", state: Ok, recentLosses: 0);
        _rig.Shows("0.0.0.0", 8125, drops: 5_000);
        Assert.False(Report.IsLossWithoutSaturation);
    }

    /// <summary>The filter of one socket drops far more than the buffer of the other loses.</summary>
    [Fact]
    public void TheSocketWhoseBufferLosesIsNamedNotTheOneWhoseFilterDrops()
    {
        _rig.Set(Socket(1000), Socket(8125));
        _rig.Tick();
        _rig.Set(Socket(1000, drops: 5_000), Socket(8125, drops: 60));
        _rig.Tick(lost: 60, read: 40);
        _rig.Monitor.Shows("udp_receive", subject: "0.0.0.0:8125");
    }

    [Fact]
    public void WhenTheSocketThatLostIsClosedNoOtherIsNamed()
    {
        _rig.Set(Socket(443, used: 60_000));
        _rig.Tick();
        _rig.Tick(lost: 500, read: 500);
        _rig.Monitor.Shows("udp_receive", state: Limiting, subject: "");
        Assert.Contains(Report.Evidence, text => text.StartsWith("The socket cannot be identified", StringComparison.Ordinal));
    }

    [Fact]
    public void LossesOfIPv6Limit()
    {
        _rig.Set(Socket(53, address: "fd00::1"));
        _rig.Tick();
        _rig.Set(Socket(53, drops: 40, address: "fd00::1"));
        _rig.Tick(lost6: 40, read6: 60);
        _rig.Monitor.Shows("udp_receive", state: Limiting, subject: "[fd00::1]:53");
        Assert.Contains(Report.Advice, text => text.Contains("so-rcvbuf", StringComparison.Ordinal));
    }

    /// <summary>A sample now and then sees a burst that fills a buffer and is read at once.</summary>
    [Fact]
    public void ABufferSeenFullOnceIsOk()
    {
        _rig.Set(Socket(8125, used: 212_000));
        _rig.Tick();
        _rig.Set(Socket(8125));
        _rig.Tick();
        _rig.Monitor.Shows("udp_receive", state: Ok);
    }

    [Fact]
    public void ABufferSeenFullTwiceRunningIsNear()
    {
        _rig.Set(Socket(8125, used: 200_000));
        _rig.Tick();
        _rig.Tick();
        _rig.Monitor.Shows("udp_receive", state: Near, used: 200_000, subject: "0.0.0.0:8125");
    }

    [Fact]
    public void LossesFromBeforeTheAgentProveNothing()
    {
        _rig.Set(Socket(8125, drops: 100_000));
        _rig.Tick(lost: 100_000, read: 5);
        _rig.Tick(read: 5);
        _rig.Monitor.Shows("udp_receive", state: Ok, losses: 100_000, recentLosses: 0);
    }
}
