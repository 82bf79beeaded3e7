namespace TcpAgent.Tests.Resources;

/// <summary>Whose a drop of connection tracking is: the table's, NAT's, or nobody's.</summary>
public sealed class NatPortsTests : IDisposable
{
    const long Ok = 0, Near = 1, Limiting = 2;

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

    (long? Conntrack, long? Nat) States => (_rig.State("conntrack"), _rig.State("nat_ports"));

    (long? Conntrack, long? Nat) Recent => (_rig.Value("recent_losses", "conntrack"), _rig.Value("recent_losses", "nat_ports"));

    (long? Conntrack, long? Nat) Totals => (_rig.Value("losses_total", "conntrack"), _rig.Value("losses_total", "nat_ports"));

    [Theory]
    [InlineData(10, Ok)]
    [InlineData(85, Near)]
    [InlineData(100, Near)]
    public void AFailedInsertionIsNeverTheTables(long count, long table)
    {
        Tick(count, drops: 5, failed: 3);
        Tick(count, drops: 25, failed: 23);
        Assert.Equal(((long?)table, (long?)Limiting), States);
        Assert.Equal(((long?)0, (long?)20), Recent);
        Assert.Equal(((long?)2, (long?)23), Totals);
        var evidence = string.Join('\n', _rig.Report("nat_ports").Evidence);
        Assert.Contains("NAT ran out of ports: 20 packets", evidence, StringComparison.Ordinal);
        Assert.Contains($"not full: {count} of 100", evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void AFullTableAndNatWithoutPortsAreToldApartAtOneTick()
    {
        Tick(100);
        Tick(100, drops: 40, failed: 15);
        Assert.Equal(((long?)Limiting, (long?)Limiting), States);
        Assert.Equal(((long?)25, (long?)15), Recent);
        Assert.DoesNotContain(_rig.Report("nat_ports").Evidence, line => line.Contains("not full", StringComparison.Ordinal));
    }

    [Fact]
    public void AFullTableIsNotNats()
    {
        Tick(100);
        Tick(100, drops: 40, earlyDrops: 2);
        Assert.Equal(((long?)Limiting, (long?)Ok), States);
        Assert.Equal(((long?)42, (long?)0), Recent);
    }

    /// <summary>Races of DNS queries before Linux 5.10, and insertions by conntrackd: insert_failed alone.</summary>
    [Fact]
    public void AnInsertionThatFailsWithoutADropIsNoLoss()
    {
        Tick(85, drops: 100, failed: 40);
        for (var failed = 80; failed < 400; failed += 40)
            Tick(85, drops: 100, failed: failed);
        Assert.Equal(((long?)Near, (long?)Ok), States);
        Assert.Equal(((long?)60, (long?)40), Totals);

        // Nor does it hide what the table loses later.
        Tick(100, drops: 107, failed: 360);
        Assert.Equal(((long?)Limiting, (long?)Ok), States);
        Assert.Equal(((long?)67, (long?)40), Totals);
    }

    [Fact]
    public void AChainThatIsTooLongIsNotNats()
    {
        Tick(100);
        Tick(100, drops: 50, failed: 20, chains: 20);
        Assert.Equal(((long?)Limiting, (long?)Ok), States);
    }

    [Fact]
    public void AStrayRaceIsALossThatProvesNoLackOfPorts()
    {
        Tick();
        Tick(drops: 2, failed: 2);
        Assert.Equal(((long?)Ok, (long?)Ok), States);
        Assert.True(_rig.Report("nat_ports").IsLossWithoutSaturation);
        Assert.Contains(_rig.Report("nat_ports").Advice, line => line.Contains("random-fully", StringComparison.Ordinal));
        Tick(drops: 12, failed: 12);
        Assert.Equal(((long?)Ok, (long?)Ok), States);

        // More than one in five seconds of the window.
        Tick(drops: 13, failed: 13);
        Assert.Equal(((long?)Ok, (long?)Limiting), States);
    }

    [Fact]
    public void CountersThatBeginAgainCountFromZero()
    {
        Tick(drops: 1000, failed: 600);
        Tick(drops: 9, failed: 4);
        Assert.Equal(((long?)5, (long?)4), Totals);
        Assert.Equal(((long?)5, (long?)4), Recent);
    }
}
