using TcpAgent.Cli;
using TcpAgent.Resources;

namespace TcpAgent.Tests.Cli;

/// <summary>What --what-if takes: a sysctl that limits a resource, with a value that the kernel would take.</summary>
public class SuppositionTests
{
    static long? LimitOf(string text) => Supposition.TryParse(text, out var supposed) ? supposed.Limit : null;

    [Theory]
    [InlineData("net.core.somaxconn=4096", 4_096)]
    [InlineData(" net.netfilter.nf_conntrack_max = 262144 ", 262_144)]
    [InlineData("net.ipv4.ip_local_port_range=1024 65535", 64_512)]
    [InlineData("net.ipv4.ip_local_port_range=40000\t40000", 1)]
    public void AValueGivesALimit(string text, long limit) => Assert.Equal(limit, LimitOf(text));

    [Fact]
    public void MemoryIsGivenInPagesAndLimitsBytes() =>
        Assert.Equal(30L * Environment.SystemPageSize, LimitOf("net.ipv4.tcp_mem=10 20 30"));

    [Theory]
    [InlineData("net.core.somaxconn")]
    [InlineData("net.core.somaxconn=")]
    [InlineData("net.core.somaxconn=0")]
    [InlineData("net.core.somaxconn=-1")]
    [InlineData("net.core.somaxconn=4k")]
    [InlineData("net.core.somaxconn=99999999999999999999")]
    [InlineData("net.core.somaxconn=1 2")]
    [InlineData("net.ipv4.tcp_rmem=1 2 3")]
    [InlineData("net.ipv4.tcp_mem=10 20")]
    [InlineData("net.ipv4.tcp_mem=10 30 20")]
    [InlineData("net.ipv4.tcp_mem=1 2 9223372036854775807")]
    [InlineData("net.ipv4.ip_local_port_range=2 1")]
    [InlineData("net.ipv4.ip_local_port_range=1 65536")]
    [InlineData("net.ipv4.ip_local_port_range=1")]
    [InlineData("=1")]
    [InlineData("")]
    public void AnythingElseIsRefused(string text) => Assert.Null(LimitOf(text));

    /// <summary>Each resource has its reason to be in the list or not.</summary>
    [Fact]
    public void ResourcesThatNoSysctlAloneLimitsAreNotListed()
    {
        var listed = SysctlBound.All.SelectMany(one => one.Resources);
        Assert.Equal(
            [
                "device_rx", // the card's ring
                "fragments", // two protocols have a limit each
                "nfqueue", // the program's own
                "nat_ports", // the rule's
                "syn_queue", // the backlog, somaxconn and tcp_max_syn_backlog together
                "udp_receive", // the socket's own
                "open_files", // the process's own
                "qdisc", // the qdisc's own
                "cloud_bandwidth_in", // the provider's, as are the others
                "cloud_bandwidth_out",
                "cloud_pps",
                "cloud_conntrack",
            ],
            ResourceCatalog.All.Except(listed).Select(one => one.Name));
    }
}
