using TcpAgent.Resources;

namespace TcpAgent.Tests.Resources;

/// <summary>What a drop of connection tracking belongs to: the table, NAT, or neither.</summary>
public sealed class NatPortsTests : IDisposable
{
    const ResourceState Ok = ResourceState.Ok, Near = ResourceState.Near, Limiting = ResourceState.Limiting;

    readonly ResourceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    void Tick(long count = 10, long drops = 0, long failed = 0, long chains = 0, long earlyDrops = 0)
    {
        foreach (var (field, value) in ((string, long)[])
        [
            ("nf_conntrack_count", count), ("nf_conntrack_max", 100), ("drop", drops), ("insert_failed", failed), ("chainlength", chains),
            ("early_drop", earlyDrops),
        ])
            _rig.Conntrack.Set("", field, value);
        _rig.Tick();
    }

    void ShowsTable(ResourceState? state = null, Expected losses = default, Expected recentLosses = default) =>
        _rig.Monitor.Shows("conntrack", state, losses: losses, recentLosses: recentLosses);

    void ShowsNat(ResourceState? state = null, Expected losses = default, Expected recentLosses = default) =>
        _rig.Monitor.Shows("nat_ports", state, losses: losses, recentLosses: recentLosses);

    [Theory]
    [InlineData(10, nameof(Ok))]
    [InlineData(85, nameof(Near))]
    [InlineData(100, nameof(Near))]
    public void AFailedInsertionIsNeverALossOfTheTable(long count, string table)
    {
        Tick(count, drops: 5, failed: 3);
        Tick(count, drops: 25, failed: 23);
        ShowsTable(state: Enum.Parse<ResourceState>(table), recentLosses: 0, losses: 2);
        ShowsNat(state: Limiting, recentLosses: 20, losses: 23);
        var evidence = string.Join('\n', _rig.Report("nat_ports").Evidence);
        Assert.Contains("NAT ran out of ports: 20 packets", evidence, StringComparison.Ordinal);
        Assert.Contains($"not full: {count} of 100", evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void AFullTableAndNatWithoutPortsAreDistinguishedAtOneTick()
    {
        Tick(100);
        Tick(100, drops: 40, failed: 15);
        ShowsTable(state: Limiting, recentLosses: 25);
        ShowsNat(state: Limiting, recentLosses: 15);
        Assert.DoesNotContain(_rig.Report("nat_ports").Evidence, line => line.Contains("not full", StringComparison.Ordinal));
    }

    [Fact]
    public void ALossOfAFullTableIsNotALossOfNat()
    {
        Tick(100);
        Tick(100, drops: 40, earlyDrops: 2);
        ShowsTable(state: Limiting, recentLosses: 42);
        ShowsNat(state: Ok, recentLosses: 0);
    }

    /// <summary>Races of DNS queries before Linux 5.10, and insertions by conntrackd: insert_failed alone.</summary>
    [Fact]
    public void AnInsertionThatFailsWithoutADropIsNoLoss()
    {
        Tick(85, drops: 100, failed: 40);
        for (var failed = 80; failed < 400; failed += 40)
            Tick(85, drops: 100, failed: failed);
        ShowsTable(state: Near, losses: 60);
        ShowsNat(state: Ok, losses: 40);
    }

    [Fact]
    public void FailedInsertionsDoNotHideALaterLossOfTheTable()
    {
        Tick(85, drops: 100, failed: 40);
        Tick(85, drops: 100, failed: 360);
        Tick(100, drops: 107, failed: 360);
        ShowsTable(state: Limiting, losses: 67);
        ShowsNat(state: Ok, losses: 40);
    }

    [Fact]
    public void AChainThatIsTooLongIsNotALossOfNat()
    {
        Tick(100);
        Tick(100, drops: 50, failed: 20, chains: 20);
        ShowsTable(state: Limiting);
        ShowsNat(state: Ok);
    }

    [Fact]
    public void AStrayRaceIsALossButProvesNoLackOfPorts()
    {
        Tick();
        Tick(drops: 2, failed: 2);
        ShowsTable(state: Ok);
        ShowsNat(state: Ok);
        Assert.True(_rig.Report("nat_ports").IsLossWithoutSaturation);
        Assert.Contains(_rig.Report("nat_ports").Advice, line => line.Contains("random-fully", StringComparison.Ordinal));
    }

    [Fact]
    public void MoreThanOneLossInFiveSecondsIsALackOfPorts()
    {
        Tick();
        Tick(drops: 2, failed: 2);
        Tick(drops: 12, failed: 12);
        ShowsTable(state: Ok);
        ShowsNat(state: Ok);

        // The window is 60 seconds long.
        Tick(drops: 13, failed: 13);
        ShowsTable(state: Ok);
        ShowsNat(state: Limiting);
    }

    [Fact]
    public void CountersThatStartAgainCountFromZero()
    {
        Tick(drops: 1000, failed: 600);
        Tick(drops: 9, failed: 4);
        ShowsTable(losses: 5, recentLosses: 5);
        ShowsNat(losses: 4, recentLosses: 4);
    }
}
