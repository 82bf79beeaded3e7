using TcpAgent.Sources;
using static TcpAgent.Resources.ResourceState;

namespace TcpAgent.Tests.Sources;

/// <summary>What Amazon's driver says of the cloud's limits, up to the verdict. It was never seen live.</summary>
public sealed class CloudTests : IDisposable
{
    const long Second = ManualTime.Second;

    readonly NicRig _rig = new();

    public CloudTests() => _rig.Link(2, "ens5");

    public void Dispose() => _rig.Dispose();

    void Ena(params (string Name, ulong Value)[] changed) => _rig.Driver.Record("ens5", "ena", changed);

    /// <summary>Two looks, the second with other values.</summary>
    void Looks(params (string Name, ulong Value)[] changed)
    {
        Ena();
        _rig.Tick();
        Ena(changed);
        _rig.Tick();
    }

    [Fact]
    public void EachAllowanceIsExported()
    {
        Ena();
        _rig.Tick();
        Assert.Equal(3200, _rig.Value("cloud_bandwidth_in_exceeded_total", "ens5"));
        Assert.Equal(530, _rig.Value("cloud_bandwidth_out_exceeded_total", "ens5"));
        Assert.Equal(784, _rig.Value("cloud_packets_exceeded_total", "ens5"));
        Assert.Equal(0, _rig.Value("cloud_conntrack_exceeded_total", "ens5"));
        Assert.Equal(12, _rig.Value("cloud_link_local_exceeded_total", "ens5"));
        Assert.Equal(76957, _rig.Value("cloud_conntrack_available", "ens5"));
    }

    [Theory]
    [InlineData("bw_in_allowance_exceeded", 3300, "cloud_bandwidth_in")]
    [InlineData("bw_out_allowance_exceeded", 630, "cloud_bandwidth_out")]
    [InlineData("pps_allowance_exceeded", 884, "cloud_pps")]
    [InlineData("linklocal_allowance_exceeded", 112, "cloud_pps")]
    [InlineData("conntrack_allowance_exceeded", 100, "cloud_conntrack")]
    public void AnAllowanceThatIsExceededLimits(string name, int value, string resource)
    {
        Looks((name, (ulong)value));
        _rig.Monitor.Shows(resource, state: Limiting, recentLosses: 100, lossesPeak: 100, subject: "ens5", limit: Expected.Absent);
        Assert.Equal([resource], _rig.Judge().In(Limiting).Select(report => report.Resource.Name));
    }

    /// <summary>They count since the driver was loaded.</summary>
    [Fact]
    public void CountsThatDoNotRiseLimitNothing()
    {
        Looks();
        foreach (var resource in (string[])["cloud_bandwidth_in", "cloud_bandwidth_out", "cloud_pps", "cloud_conntrack"])
            _rig.Monitor.Shows(resource, state: Ok, recentLosses: 0, saturatedNs: 0);
    }

    [Fact]
    public void ACardOfAnotherDriverHasNoSuchResource()
    {
        _rig.Driver.Record("ens5", "virtio_net");
        _rig.Tick();
        _rig.Tick();
        _rig.Monitor.Shows("cloud_bandwidth_in", state: null, losses: Expected.Absent, used: Expected.Absent);
        Assert.Equal(Absent, _rig.Report("cloud_bandwidth_in").State);
    }

    /// <summary>Alerts weigh the seconds at the limit, and a rise may have lasted since the look before.</summary>
    [Fact]
    public void ALossBetweenTwoLooksCountsForTheTimeBetween()
    {
        using var rig = new NicRig(SamplingOptions.Default.WalkBudget);
        rig.Link(2, "ens5");
        rig.Driver.Record("ens5", "ena");
        rig.Tick();
        rig.Driver.Record("ens5", "ena", ("bw_in_allowance_exceeded", 3300));
        rig.Tick(100);
        rig.Tick();

        // At most two periods: nobody knows what happened while the agent did not run.
        rig.Monitor.Shows("cloud_bandwidth_in", recentLosses: 100, saturatedNs: 2 * 99 * Second / 10);
    }

    [Fact]
    public void FourFifthsOfTheMostThatWasEverAvailableAreNear()
    {
        Looks(("conntrack_allowance_available", 76957 / 5));
        _rig.Monitor.Shows("cloud_conntrack", state: Near, used: 76957 - (76957 / 5), limit: Expected.Absent, losses: 0);
        var report = _rig.Report("cloud_conntrack");
        Assert.Equal(
            "It tracks at least 61566 connections of this instance, and 15391 more are allowed (conntrack_allowance_available). More than "
            + "four fifths of the limit are in use, whatever it is.", report.Evidence[0]);
        Assert.Equal("Cloud-tracked connections are near the limit: 61,566 in use", report.Headline);
    }

    [Fact]
    public void LessThanFourFifthsAreNot()
    {
        Looks(("conntrack_allowance_available", (76957 / 5) + 1));
        _rig.Monitor.Shows("cloud_conntrack", state: Ok);
    }

    [Fact]
    public void AReloadDoesNotForgetTheMost()
    {
        Looks(("conntrack_allowance_available", 7));
        _rig.Source.Reopen();
        _rig.Tick();
        _rig.Monitor.Shows("cloud_conntrack", state: Near, used: 76950);
    }

    /// <summary>An agent that starts on a full host knows no share: whether 900 are few depends on the limit.</summary>
    [Fact]
    public void FewAvailableSayNothingByThemselves()
    {
        Ena(("conntrack_allowance_available", 900));
        _rig.Tick();
        _rig.Monitor.Shows("cloud_conntrack", state: Ok, used: 0, limit: Expected.Absent);
    }

    /// <summary>A driver that prints the name and never a number has nothing to be near to.</summary>
    [Fact]
    public void NoneAvailableFromTheStartOnSayNothing()
    {
        Ena(("conntrack_allowance_available", 0));
        _rig.Tick();
        _rig.Tick();
        _rig.Monitor.Shows("cloud_conntrack", state: Ok, used: Expected.Absent);
    }

    [Fact]
    public void WithoutANumberAvailableOnlyDropsCount()
    {
        _rig.Driver.Set("ens5", ("conntrack_allowance_exceeded", 5));
        _rig.Tick();
        _rig.Monitor.Shows("cloud_conntrack", state: Ok, losses: 5, used: Expected.Absent);
        _rig.Driver.Set("ens5", ("conntrack_allowance_exceeded", 7));
        _rig.Tick();
        _rig.Monitor.Shows("cloud_conntrack", state: Limiting, recentLosses: 2);
    }

    /// <summary>The interfaces of one instance report different numbers, and an idle one reports old ones.</summary>
    [Fact]
    public void TheCardWithTheLeastShareLeftDecides()
    {
        _rig.Link(3, "ens6");
        _rig.Driver.Record("ens6", "ena");
        Looks(("conntrack_allowance_available", 7));
        _rig.Monitor.Shows("cloud_conntrack", state: Near, used: 76950);
    }

    [Fact]
    public void TheEvidenceTellsTheCloudsOwnServicesFromOtherPackets()
    {
        Looks(("linklocal_allowance_exceeded", 112), ("pps_allowance_exceeded", 791));
        var evidence = _rig.Report("cloud_pps").Evidence;
        Assert.StartsWith(
            "The cloud dropped 100 packets to its own DNS, time and metadata services", evidence[0], StringComparison.Ordinal);
        Assert.Equal(
            "The cloud queued or dropped 7 packets because this instance had more packets in a second than it may "
            + "(pps_allowance_exceeded of ens5).", evidence[1]);
    }

    [Fact]
    public void OnlyTheCloudsOwnServicesAreNamedWhereNothingElseWasHeldBack()
    {
        Looks(("linklocal_allowance_exceeded", 112));
        Assert.Single(_rig.Report("cloud_pps").Evidence);
    }
}
