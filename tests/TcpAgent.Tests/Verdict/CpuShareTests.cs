using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>That one CPU does most of the receiving is evidence for the two queues that a CPU empties, and changes the advice.</summary>
public class CpuShareTests
{
    static ResourceReport Explained(Resource resource, long[] packets, long queues = KernelValue.Absent, long most = KernelValue.Absent)
    {
        Table cpus = new(Softnet.Rows), cards = new(NicRows.Rows);
        for (var cpu = 0; cpu < packets.Length; cpu++)
            cpus.Add(new CpuInstance(cpu))[Softnet.RecentPackets] = packets[cpu];
        var device = new DeviceInstance("eth0"u8.ToArray());
        var card = cards.Add(device);
        (card[NicRows.CombinedChannels], card[NicRows.CombinedChannelsLimit]) = (queues, most);
        var snapshot = new Snapshot([cpus, cards]);
        snapshot.CopyFrom([cpus, cards], 0);
        var report = new ResourceReport(resource, ResourceState.Limiting)
        {
            Losses = 3,
            Instance = resource == ResourceCatalog.DeviceReceive ? device : new CpuInstance(0),
        };
        ResourceAdvice.Explain(report, new SampleView(snapshot));
        return report;
    }

    static string? Uneven(ResourceReport report) =>
        report.Evidence.SingleOrDefault(line => line.StartsWith("The load is uneven", StringComparison.Ordinal));

    [Theory]
    [InlineData(
        "cpu 1 handled 91 % of the packets that arrived lately (softnet_stat), and the other 3 CPUs the rest.",
        3_000, 91_000, 3_000, 3_000)]
    [InlineData(
        "cpu 0 handled 80 % of the packets that arrived lately (softnet_stat), and the other CPU the rest.", 80_000, 20_000)]
    public void OneCpuThatDoesMostIsNamed(string expected, params int[] packets)
    {
        long[] counts = [.. packets.Select(count => (long)count)];
        Assert.Equal($"The load is uneven: {expected}", Uneven(Explained(ResourceCatalog.SoftnetBacklog, counts)));
        Assert.Equal($"The load is uneven: {expected}", Uneven(Explained(ResourceCatalog.DeviceReceive, counts)));
    }

    [Theory]
    [InlineData(74_000, 26_000)]
    [InlineData(25_000, 25_000, 25_000, 25_000)]
    [InlineData(40_000, 20_000, 20_000, 20_000)]
    [InlineData(100_000)]
    [InlineData(9_000, 10)]
    [InlineData]
    public void AnEvenLoadOneCpuAndAQuietHostAreNotCalledUneven(params int[] packets) =>
        Assert.Null(Uneven(Explained(ResourceCatalog.SoftnetBacklog, [.. packets.Select(count => (long)count)])));

    [Fact]
    public void TheAdviceIsCertainWhereTheLoadIsUneven()
    {
        Assert.Contains(
            Explained(ResourceCatalog.SoftnetBacklog, [90_000, 10_000], 1, 8).Advice,
            line => line == "Spread packets over more CPUs: RPS (/sys/class/net/DEVICE/queues/rx-0/rps_cpus), or more receive queues: "
                + "ethtool -L eth0 combined 8 (now 1).");
        Assert.Contains(
            Explained(ResourceCatalog.SoftnetBacklog, [50_000, 50_000], 8, 8).Advice,
            line => line == "If only one CPU drops, spread packets over more CPUs: RPS (/sys/class/net/DEVICE/queues/rx-0/rps_cpus), or "
                + "more receive queues.");
    }
}
