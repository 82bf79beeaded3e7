using System.Globalization;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>Each sentence that says a number says the right one.</summary>
public class AdviceTests
{
    const long Peak = 5, Losses = 3, Limit = 1_000_000_000;

    static readonly TupleInstance s_tuple = new(new(new(0, 1, 0), new(0, 2, 80)));

    readonly DistinctValues _values = new(
        (NetstatRows.Rows, Instance.None), (SysctlRows.Rows, Instance.None), (Conntrack.Rows, Instance.None),
        (RecentRows.Rows, Instance.None), (EphemeralPortRows.Tuples, s_tuple));

    ResourceReport Explain(Resource resource, ResourceState state = ResourceState.Limiting, Instance? instance = null, long limit = Limit)
    {
        var report = new ResourceReport(resource, state) { Limit = limit, Peak = Peak, Losses = Losses, Instance = instance };
        ResourceAdvice.Explain(report, _values.View);
        return report;
    }

    static void AssertSays(ResourceReport report, FormattableString sentence) => Assert.Contains(
        sentence.ToString(CultureInfo.InvariantCulture), string.Join('\n', [.. report.Evidence, .. report.Advice, .. report.WillNotFix]),
        StringComparison.Ordinal);

    [Fact]
    public void ConnectionTracking() =>
        AssertSays(Explain(ResourceCatalog.Conntrack), $"nf_conntrack_buckets from {_values["tcpagent_conntrack_buckets"]} ");

    [Fact]
    public void NatPorts()
    {
        var report = Explain(ResourceCatalog.NatPorts);
        AssertSays(report, $"NAT ran out of ports: {Losses} packets");
        AssertSays(report, $"{_values["tcpagent_conntrack_entries"]} of {_values["tcpagent_conntrack_entries_limit"]} entries");
        AssertSays(report, $"clash_resolve rose by {_values["tcpagent_recent_clash_resolutions"]}:");
        AssertSays(report, $"nf_conntrack_tcp_timeout_time_wait ({_values["net.netfilter.nf_conntrack_tcp_timeout_time_wait"]} s)");
        AssertSays(report, $"nf_conntrack_udp_timeout ({_values["net.netfilter.nf_conntrack_udp_timeout"]} s; ");
        AssertSays(report, $"nf_conntrack_udp_timeout_stream, {_values["net.netfilter.nf_conntrack_udp_timeout_stream"]} s)");
        AssertSays(Explain(ResourceCatalog.NatPorts, ResourceState.Ok), $"{Losses} packets that open a connection were dropped when");
    }

    [Fact]
    public void Fragments() => AssertSays(
        Explain(ResourceCatalog.Fragments), $"{_values["tcpagent_recent_reassembly_timeouts"]} packets were given up because");

    [Fact]
    public void Orphans() => AssertSays(Explain(ResourceCatalog.Orphans), $"at {_values["net.ipv4.tcp_orphan_retries"]} (0 means 8)");

    [Fact]
    public void TcpMemory()
    {
        // Pages that make whole MiB, which is how the sentence has them.
        _values.Set("net.ipv4.tcp_mem[1]", 77 * (1 << 20) / Environment.SystemPageSize);
        AssertSays(Explain(ResourceCatalog.TcpMemory), $"above tcp_mem[1], 77 MiB, the");
    }

    [Fact]
    public void EphemeralPorts()
    {
        // Neither 1 nor 2: a port in TIME_WAIT is not used again.
        _values.Set("net.ipv4.tcp_tw_reuse", 0);
        var report = Explain(ResourceCatalog.EphemeralPorts, instance: s_tuple);
        AssertSays(
            report,
            $"{_values["tcpagent_ephemeral_ports_time_wait"]} of the {_values["tcpagent_ephemeral_ports_used"]} ports that it holds now");
        AssertSays(report, $"now {_values["net.ipv4.ip_local_port_range[0]"]} to {_values["net.ipv4.ip_local_port_range[1]"]}, and");
        AssertSays(report, $"tcp_tw_reuse=1 lets connect()");
    }
}
