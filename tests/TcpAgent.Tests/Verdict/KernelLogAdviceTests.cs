using TcpAgent.Kernel.Log;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>What the kernel's log says is evidence where something is at fault anyway, and nowhere else.</summary>
public class KernelLogAdviceTests
{
    const long Second = ManualTime.Second;

    static readonly EndpointInstance s_endpoint = new(new(0, 0, 443));

    readonly Table _listeners = new(ListenerRows.Rows), _recent = new(RecentRows.Rows), _log = new(KernelEventRows.Log),
        _ages = new(KernelEventRows.Ages);

    public KernelLogAdviceTests()
    {
        _listeners.Add(s_endpoint)[ListenerRows.OldestWait] = 20;
        _recent[RecentRows.Covered] = 60 * Second;
    }

    ResourceReport Explain(Resource resource, ResourceState state = ResourceState.Limiting, Instance? instance = null)
    {
        var snapshot = new Snapshot([_listeners, _recent, _log, _ages]);
        snapshot.CopyFrom([_listeners, _recent, _log, _ages], 0);
        var report = new ResourceReport(resource, state) { Limit = 100, Peak = 101, Losses = 5, Instance = instance };
        ResourceAdvice.Explain(report, new SampleView(snapshot));
        return report;
    }

    void Logged(KernelEvent kind, long secondsAgo) => _ages[KernelEventRows.AgeOf(kind)] = secondsAgo * Second;

    void Flooded(int port, long secondsAgo)
    {
        Logged(KernelEvent.SynFlooding, secondsAgo);
        _log[KernelEventRows.FloodedPort] = port;
    }

    static bool NamesTheLog(ResourceReport report) => report.Evidence.Exists(line => line.Contains("kernel log", StringComparison.Ordinal));

    static Resource Named(string resource) => ResourceCatalog.All.Single(one => one.Name == resource);

    [Theory]
    [InlineData("conntrack", "ConntrackFull", "nf_conntrack: table full, dropping packet")]
    [InlineData("tcp_memory", "TcpOutOfMemory", "TCP: out of memory -- consider tuning tcp_mem")]
    [InlineData("orphans", "TooManyOrphans", "TCP: too many orphaned sockets")]
    [InlineData("time_wait", "TimeWaitOverflow", "TCP: time wait bucket table overflow")]
    [InlineData("neighbour_v4", "NeighbourV4Overflow", "neighbour: arp_cache: neighbor table overflow!")]
    [InlineData("neighbour_v6", "NeighbourV6Overflow", "neighbour: ndisc_cache: neighbor table overflow!")]
    [InlineData("route_cache_v6", "RouteCacheFull", "Route cache is full")]
    public void ALineWithinTheWindowIsEvidenceOfItsResource(string resource, string kind, string line)
    {
        Logged(Enum.Parse<KernelEvent>(kind), secondsAgo: 12);
        Assert.Contains($"The host's kernel log has it too, 12 s ago: \"{line}\".", Explain(Named(resource)).Evidence);
    }

    [Theory]
    [InlineData("conntrack", "ConntrackFull")]
    [InlineData("tcp_memory", "TcpOutOfMemory")]
    [InlineData("neighbour_v4", "NeighbourV6Overflow")]
    public void AnOlderLineOrOneOfAnotherTableIsNone(string resource, string kind)
    {
        Logged(Enum.Parse<KernelEvent>(kind), secondsAgo: 61);
        Logged(KernelEvent.PromiscuousMode, secondsAgo: 1);
        Assert.False(NamesTheLog(Explain(Named(resource))));
    }

    [Fact]
    public void WithoutALineNothingIsSaidOfTheLog()
    {
        foreach (var name in (string[])["conntrack", "tcp_memory", "orphans", "time_wait", "neighbour_v4", "route_cache_v6"])
            Assert.False(NamesTheLog(Explain(Named(name))), name);
    }

    /// <summary>The numbers then do not show why packets were dropped, and the log does.</summary>
    [Fact]
    public void ALossOfConntrackThatIsNotSeenFullIsExplainedByTheLog()
    {
        const string Advice = "If it continues, read the kernel log";
        Assert.Contains(
            Explain(ResourceCatalog.Conntrack, ResourceState.Ok).Advice, line => line.StartsWith(Advice, StringComparison.Ordinal));
        Logged(KernelEvent.ConntrackFull, secondsAgo: 2);
        var report = Explain(ResourceCatalog.Conntrack, ResourceState.Ok);
        Assert.True(NamesTheLog(report));
        Assert.DoesNotContain(report.Advice, line => line.StartsWith(Advice, StringComparison.Ordinal));
    }

    /// <summary>The kernel says it once after each listen(), so however long ago.</summary>
    [Theory]
    [InlineData("syn_queue")]
    [InlineData("accept_queue")]
    public void AFloodIsEvidenceOfTheListenerOnThatPort(string resource)
    {
        Flooded(443, secondsAgo: 4000);
        Assert.Contains(
            "The host's kernel log has \"Possible SYN flooding on port 443\", 4000 s ago. The kernel says so once after each listen(), "
            + "whatever fills the SYN queue.",
            Explain(Named(resource), instance: s_endpoint).Evidence);
    }

    [Theory]
    [InlineData("syn_queue")]
    [InlineData("accept_queue")]
    public void AFloodOfAnotherPortIsNone(string resource)
    {
        Flooded(80, secondsAgo: 1);
        Assert.False(NamesTheLog(Explain(Named(resource), instance: s_endpoint)));
    }
}
