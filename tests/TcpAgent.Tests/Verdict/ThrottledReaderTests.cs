using System.Text;
using TcpAgent.Kernel.Cgroups;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>That a memory limit holds sockets back is said of a stuck reader only if it is the limit of that reader.</summary>
public class ThrottledReaderTests
{
    static readonly EndpointInstance s_listener = new(new(0, 0, 443));

    static Workload Unit(string name) => CgroupPath.Parse(Encoding.ASCII.GetBytes($"/system.slice/{name}"));

    /// <summary>The finding about 20 connections of web.service that it does not read.</summary>
    static string Stuck(string throttled, long recent)
    {
        Table connections = new(ConnectionRows.Groups), owners = new(OwnerRows.Rows), workloads = new(WorkloadRows.Rows);
        var slots = connections.Add(new ConnectionInstance(isIncoming: true, s_listener));
        (slots[ConnectionRows.Connections], slots[ConnectionRows.OfSample]) = (20, 20);
        (slots[ConnectionRows.UnreadFull], slots[ConnectionRows.UnreadBytes]) = (20, 1 << 20);
        owners.Add(new OwnerInstance(s_listener, new OwnerFacts(Unit("web.service"), ["web"], OwnerRole.Holder)))[OwnerRows.Processes] = 1;
        workloads.Add(new WorkloadInstance(Unit(throttled)))[WorkloadRows.RecentSocketThrottles] = recent;
        Table[] tables = [connections, owners, workloads];
        var snapshot = new Snapshot(tables);
        snapshot.CopyFrom(tables, 0);
        return PeerFindings.Rules.Single(rule => rule.Id == "reader_stuck").Check(new SampleView(snapshot))!;
    }

    [Fact]
    public void TheLimitOfTheReaderIsNamed() => Assert.Contains(
        "its memory limit held its sockets back 12 times (sock_throttled", Stuck("web.service", 12), StringComparison.Ordinal);

    [Theory]
    [InlineData("web.service", 0)]
    [InlineData("other.service", 12)]
    public void AnyOtherIsNot(string throttled, long recent) =>
        Assert.DoesNotContain("memory limit", Stuck(throttled, recent), StringComparison.Ordinal);
}
