using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using TcpAgent.Tests.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>Each finding on its condition, and not beside it.</summary>
public sealed class FindingsTests : IDisposable
{
    readonly ResourceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    string[] Findings()
    {
        _rig.Tick();
        return [.. _rig.Judge().Findings.Select(finding => finding.Id)];
    }

    [Theory]
    [InlineData("net.ipv4.tcp_syncookies", 0, "syncookies_off")]
    [InlineData("net.ipv4.tcp_syncookies", 1, null)]
    [InlineData("net.ipv4.tcp_syncookies", 2, "syncookies_always")]
    [InlineData("net.ipv4.tcp_abort_on_overflow", 1, "abort_on_overflow")]
    [InlineData("net.ipv4.tcp_abort_on_overflow", 0, null)]
    [InlineData("net.core.somaxconn", 128, "somaxconn_low")]
    [InlineData("net.core.somaxconn", 4096, null)]
    [InlineData("net.netfilter.nf_conntrack_tcp_timeout_established", 432000, "conntrack_timeout_established")]
    [InlineData("net.netfilter.nf_conntrack_tcp_timeout_established", 86400, null)]
    [InlineData("net.ipv4.tcp_tw_recycle", 1, "tw_recycle")]
    [InlineData("net.ipv4.tcp_tw_recycle", 0, null)]
    public void OneSetting(string name, long value, string? finding)
    {
        _rig.Setting(name, value);
        Assert.Equal(finding is null ? [] : [finding], Findings());
    }

    /// <summary>Held by a process, the same a second apart, and many beside the established ones.</summary>
    [Theory]
    [InlineData(300, 300L, 100, true)]
    [InlineData(300, null, 100, false)]
    [InlineData(300, 7L, 100, false)]
    [InlineData(99, 99L, 100, false)]
    [InlineData(300, 300L, 1_600, false)]
    public void CloseWaitIsAPileIfItStays(long held, long? staying, long established, bool isFound)
    {
        var (states, walk) = (new Table(SocketRows.States), new Table(SocketRows.Walk));
        states[SocketRows.Of(TcpState.Established)] = established;
        states[SocketRows.Of(TcpState.CloseWait)] = 5_000;
        (walk[SocketRows.HeldCloseWait], walk[SocketRows.StayingCloseWait]) = (held, staying ?? KernelValue.Absent);
        var snapshot = new Snapshot([states, walk]);
        snapshot.CopyFrom([states, walk], 0);
        Assert.Equal(isFound, TcpAgent.Verdict.Findings.Check(new SampleView(snapshot)).Any(finding => finding.Id == "close_wait_pile"));
    }

    [Theory]
    [InlineData(8 * 1024, false)]
    [InlineData(8 * 1024 + 1, true)]
    public void BucketsAgainstTheLimit(long max, bool isFound)
    {
        _rig.Conntrack.Set("", "nf_conntrack_buckets", 1024);
        _rig.Conntrack.Set("", "nf_conntrack_max", max);
        Assert.Equal(isFound, Findings().Contains("conntrack_buckets"));
    }

    [Theory]
    [InlineData(128, 512, 1024, false)]
    [InlineData(2048, 512, 1024, true)]
    [InlineData(128, 2048, 1024, true)]
    public void NeighbourThresholdsMustRise(long first, long second, long third, bool isFound)
    {
        foreach (var (number, value) in ((int, long)[])[(1, first), (2, second), (3, third)])
            _rig.Setting($"net.ipv4.neigh.default.gc_thresh{number}", value);
        Assert.Equal(isFound, Findings().Contains("gc_thresh_order"));
    }

    [Theory]
    [InlineData(512, false)]
    [InlineData(513, true)]
    public void ManyNeighbours(long entries, bool isFound)
    {
        _rig.Setting("net.ipv4.neigh.default.gc_thresh2", 512);
        _rig.Neighbours.Set("arp_cache", "entries", entries);
        Assert.Equal(isFound, Findings().Contains("neighbours_above_gc_thresh2"));
    }

    [Theory]
    [InlineData(1L << 20, false)]
    [InlineData(1L << 32, true)]
    public void MemoryGivenInBytesInsteadOfPages(long pages, bool isFound)
    {
        _rig.Memory.Set("", "MemTotal", (1L << 20) * Environment.SystemPageSize);
        _rig.Setting("net.ipv4.tcp_mem", pages, field: 2);
        _rig.Setting("net.ipv4.udp_mem", pages, field: 2);
        var findings = Findings();
        Assert.Equal(isFound, findings.Contains("tcp_mem_as_bytes"));
        Assert.Equal(isFound, findings.Contains("udp_mem_as_bytes"));
    }

    [Theory]
    [InlineData(10_000, 10, false)]
    [InlineData(9_999, 10, true)]
    [InlineData(9_999, 0, false)]
    public void ATrackingTableThatIsSmallForTheMemory(long max, long entries, bool isFound)
    {
        // One entry for 32 KiB of memory is usual; a quarter of that is small, where connections are tracked at all.
        _rig.Memory.Set("", "MemTotal", 4 * 10_000 * 32_768L);
        _rig.Conntrack.Set("", "nf_conntrack_count", entries);
        _rig.Conntrack.Set("", "nf_conntrack_max", max);
        Assert.Equal(isFound, Findings().Contains("conntrack_max_small"));
    }

    /// <summary>
    /// After 10 s: enough for a rate; a stray one now and then, one in hundreds of a busy host, and what no rule drops, are noise.
    /// </summary>
    [Theory]
    [InlineData(30, 30, 0, true)]
    [InlineData(30, 5_900, 5_885, true)]
    [InlineData(30, 5_900, 5_886, false)]
    [InlineData(30, 6_300, 0, false)]
    [InlineData(19, 19, 0, false)]
    [InlineData(1, 1, 0, false)]
    public void PacketsThatCannotBeTracked(long invalid, long received, long delivered, bool isFound)
    {
        _rig.Conntrack.Set("", "invalid", 1000);
        foreach (var field in (string[])["InReceives", "InDelivers", "ForwDatagrams", "ReasmReqds", "ReasmOKs", "InHdrErrors",
            "InAddrErrors",
            "InUnknownProtos", "InDiscards", "FragFails"])
            _rig.Snmp.Set("Ip", field, 0);
        _rig.Netstat.Set("IpExt", "InNoRoutes", 0);
        _rig.Netstat.Set("IpExt", "InTruncatedPkts", 0);
        _rig.Netstat.Set("TcpExt", "IPReversePathFilter", 0);
        _rig.Tick(3);
        _rig.Snmp.Set("Ip", "InDelivers", delivered);
        _rig.Conntrack.Set("", "invalid", 1000 + invalid);
        _rig.Snmp.Set("Ip", "InReceives", received);
        _rig.Tick(9);
        var found = Findings().Contains("conntrack_invalid");
        Assert.Equal(isFound, found);
        if (!isFound)
            return;
        var finding = _rig.Judge().Findings.Single(one => one.Id == "conntrack_invalid");
        Assert.StartsWith($"{invalid} of {received} packets received were invalid", finding.Text, StringComparison.Ordinal);
        Assert.NotNull(finding.Headline);
    }

    [Fact]
    public void WithoutAnySettingNothingIsFound()
    {
        _rig.Sysctl.Tables[0].Withdraw();
        Assert.Empty(Findings());
        Assert.Equal(KernelValue.Absent, _rig.Sysctl.Tables[0][0].Values[0]);
    }
}
