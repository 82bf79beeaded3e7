using TcpAgent.Sources;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>What a sample says of the whole connection tracking table, and how far it may be off.</summary>
public class TrackedTableTests
{
    static readonly TrackedRig s_large = new(TrackedRig.Requests(TrackedSample.MostEntries + 1));

    static void Shows(TrackedEstimate estimate, Expected entries = default, Expected low = default, Expected high = default) =>
        new Facts("the estimate")
            .Is(entries, estimate.Entries)
            .Is(low, estimate.Low)
            .Is(high, estimate.High)
            .Verify();

    /// <summary>Even if the kernel counts entries that it does not list.</summary>
    [Fact]
    public void AWholeTableIsExact() => Shows(new TrackedRig(TrackedRig.Requests(3)).Table(5).Of(2), entries: 2, low: 2, high: 2);

    /// <summary>Half of 20,000 of a million: 0.5 +- 1.96 * sqrt(0.25 / 20,000) * sqrt(0.98), less what Wilson's centre moves.</summary>
    [Fact]
    public void ASampleIsScaledToTheTable() =>
        Shows(s_large.Table(1_000_000).Of(10_000), entries: 500_000, low: 493_140, high: 506_860);

    /// <summary>Rare entries may all be outside the sample: 3.84 of 20,000 at most.</summary>
    [Fact]
    public void WhatWasNotSeenMayStillBeThere() => Shows(s_large.Table(1_000_000).Of(0), entries: 0, low: 0, high: 189);

    /// <summary>What was read is certain, and so is what was read of others.</summary>
    [Fact]
    public void ATableThatWasNearlyReadIsNearlyExact() => Shows(s_large.Table(20_010).Of(19_990), low: 19_999, high: 20_000);

    [Fact]
    public void WhatComesMeanwhileWidensTheBounds()
    {
        var table = s_large.Table(1_000_000, after: 1_100_000);
        Assert.Equal(1_100_000, table.Entries);
        Shows(table.Of(10_000), entries: 525_000, low: 493_134, high: 557_553);
    }

    /// <summary>Entries were removed while they were read.</summary>
    [Fact]
    public void ATableThatShrinksBelowTheSampleIsStillEstimated() =>
        Shows(s_large.Table(30_000, after: 100).Of(20_000), low: 20_000, high: 30_000);

    /// <summary>Drawn at random, without putting back, as the kernel's list is.</summary>
    [Theory]
    [InlineData(250_000, 25)]
    [InlineData(250_000, 2_500)]
    [InlineData(250_000, 125_000)]
    [InlineData(250_000, 249_000)]
    [InlineData(25_000, 500)]
    [InlineData(5_000_000, 50_000)]
    public void TheBoundsHoldInNineteenOfTwentyCases(int entries, int alike)
    {
        const int Rounds = 300;
        var (random, table, held) = (new Random(31), s_large.Table(entries), 0);
        for (var round = 0; round < Rounds; round++)
        {
            var (found, left, of) = (0, alike, entries);
            for (var read = 0; read < TrackedSample.MostEntries; read++, of--)
                if (random.Next(of) < left)
                    (found, left) = (found + 1, left - 1);
            var estimate = table.Of(found);
            held += estimate.Low <= alike && alike <= estimate.High ? 1 : 0;
        }

        // 0.95 less three standard deviations of 300 rounds.
        Assert.InRange(held, 0.912 * Rounds, Rounds);
    }

    [Fact]
    public void OfAWholeTableTheLargestTenAreNamedAndTheNextBoundsTheOthers()
    {
        var entries = Enumerable.Range(1, 12).SelectMany(i => Enumerable.Repeat(Tracked($"10.0.0.{i}", "10.0.1.1"), i));
        var sources = new TrackedRig(entries).Table(78).Sources;
        Assert.Equal(["10.0.0.12", "10.0.0.11", "10.0.0.10"], sources.Named.Take(3).Select(one => one.Name));
        Assert.Equal(10, sources.Named.Length);
        Assert.Equal(2, sources.OthersAtMost);
    }

    /// <summary>Each of the sources was read once, so which of them is the largest is chance.</summary>
    [Fact]
    public void OfASampleNoSourceIsNamedThatIsThereByChance()
    {
        var table = s_large.Table(1_000_000);
        Assert.Empty(table.Sources.Named);
        Assert.Equal(table.Of(1).High, table.Sources.OthersAtMost);
    }

    [Fact]
    public void ADestinationThatManyAskForIsNamed()
    {
        var destinations = s_large.Table(1_000_000).Destinations;
        Assert.Equal("10.0.0.10:53", Assert.Single(destinations.Named).Name);
        Assert.Equal(189, destinations.OthersAtMost);
    }

    [Fact]
    public void WhereAllAreNamedThereAreNoOthers() =>
        Assert.Equal(0, new TrackedRig(Tracked("10.0.0.1", "10.0.0.10")).Table(1).Sources.OthersAtMost);
}
