using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>What is advised for a receive ring that overran depends on how large it may be.</summary>
public class ReceiveRingAdviceTests
{
    static ResourceReport Explained(params (Row Row, long Value)[] card)
    {
        var table = new Table(NicRows.Rows);
        var device = new DeviceInstance("eth0"u8.ToArray());
        var slots = table.Add(device);
        foreach (var (row, value) in card)
            slots[row] = value;
        var snapshot = new Snapshot([table]);
        snapshot.CopyFrom([table], 0);
        var report = new ResourceReport(ResourceCatalog.DeviceReceive, ResourceState.Limiting) { Losses = 3, Instance = device };
        ResourceAdvice.Explain(report, new SampleView(snapshot));
        return report;
    }

    [Fact]
    public void ARingBelowItsMaximumIsRaisedToIt() => Assert.StartsWith(
        "The receive ring has 512 of at most 4096 descriptors. ethtool -G eth0 rx 4096 raises it",
        Explained((NicRows.ReceiveRing, 512), (NicRows.ReceiveRingLimit, 4096)).Advice[0], StringComparison.Ordinal);

    [Fact]
    public void ARingAtItsMaximumIsNotToBeRaised()
    {
        var report = Explained((NicRows.ReceiveRing, 4096), (NicRows.ReceiveRingLimit, 4096));
        Assert.Contains("The receive ring already has its largest size, 4096 descriptors.", report.Evidence);
        Assert.DoesNotContain(report.Advice, advice => advice.Contains("ethtool -G", StringComparison.Ordinal));
    }

    [Fact]
    public void WithoutItsSizeTheCommandsAreNamed() =>
        Assert.StartsWith("ethtool -g eth0 shows the ring's size", Explained().Advice[0], StringComparison.Ordinal);

    [Fact]
    public void TheNumberOfQueuesIsSaidWhereItIsKnown() => Assert.Contains(
        "(ethtool -L eth0 combined N, now 2 of at most 8)",
        Explained((NicRows.CombinedChannels, 2), (NicRows.CombinedChannelsLimit, 8)).Advice[1], StringComparison.Ordinal);
}
