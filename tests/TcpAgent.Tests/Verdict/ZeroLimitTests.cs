using TcpAgent.Resources;
using TcpAgent.Tests.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>Limits of 0, below 0 and near the largest that the kernel takes.</summary>
public sealed class ZeroLimitTests : IDisposable
{
    readonly ResourceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    string Explain(string resource)
    {
        _rig.Tick();
        var report = _rig.Report(resource);
        Assert.Equal(ResourceState.Near, report.State);
        var text = string.Join('\n', [.. report.Evidence, .. report.Advice]);
        Assert.DoesNotContain(" of 0", text, StringComparison.Ordinal);
        Assert.DoesNotMatch("=0( |$|,|\")", text);
        return text;
    }

    void Use(string setting, string section, string field, long used, int number = 0)
    {
        _rig.Setting(setting, 0, number);
        _rig.Sockstat.Set(section, field, used);
    }

    [Theory]
    [InlineData("time_wait", "net.ipv4.tcp_max_tw_buckets", "TCP", "tw", "no connection enters TIME_WAIT", "=131072 ")]
    [InlineData("orphans", "net.ipv4.tcp_max_orphans", "TCP", "orphan", "resets a connection as soon as", "=131072,")]
    [InlineData("fragments", "net.ipv4.ipfrag_high_thresh", "FRAG", "memory", "every IPv4 fragment is dropped", "=4194304 ")]
    [InlineData("fragments", "net.ipv6.ip6frag_high_thresh", "FRAG6", "memory", "every IPv6 fragment is dropped", "=4194304 ")]
    public void ZeroIsExplainedAndTheAdviceIsTheKernelsDefault(
        string resource, string setting, string section, string field, string meaning, string number)
    {
        _rig.Memory.Set("", "MemTotal", 24_683_652L * 1024);
        Use(setting, section, field, 37);
        var text = Explain(resource);
        Assert.Contains($"{setting} is 0: ", text, StringComparison.Ordinal);
        Assert.Contains(meaning, text, StringComparison.Ordinal);
        Assert.Contains($"sysctl -w {setting}{number}", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ipv4", "neighbour_v4", "arp_cache")]
    [InlineData("ipv6", "neighbour_v6", "ndisc_cache")]
    public void NoNeighbourAtAll(string family, string resource, string file)
    {
        _rig.Setting($"net.{family}.neigh.default.gc_thresh3", 0);
        _rig.Neighbours.Set(file, "entries", 37);
        Assert.Contains($"sysctl -w net.{family}.neigh.default.gc_thresh3=1024 ", Explain(resource), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp_memory", "TCP", "net.ipv4.tcp_mem", "=\"289260 385682 578520\"")]
    [InlineData("udp_memory", "UDP", "net.ipv4.udp_mem", "=\"578523 771364 1157046\"")]
    public void NoMemoryAtAll(string resource, string section, string setting, string numbers)
    {
        if (Environment.SystemPageSize != 4096)
            return;
        _rig.Memory.Set("", "MemTotal", 24_683_652L * 1024);
        for (var number = 0; number < 3; number++)
            Use(setting, section, "mem", 12, number);
        var text = Explain(resource);
        Assert.Contains($"The last value of {setting} is 0", text, StringComparison.Ordinal);
        Assert.Contains($"sysctl -w {setting}{numbers}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void NoFileAtAll()
    {
        _rig.Memory.Set("", "MemTotal", 24_683_652L * 1024);
        _rig.Setting("fs.file-max", 0);
        _rig.Setting("fs.file-nr", 500);
        Assert.Contains("sysctl -w fs.file-max=2468365", Explain("file_handles"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("net.ipv4.tcp_max_tw_buckets", "TCP", "tw", "time_wait")]
    [InlineData("net.ipv4.tcp_max_orphans", "TCP", "orphan", "orphans")]
    public void ALimitBelowZeroIsAbsent(string setting, string section, string field, string resource)
    {
        _rig.Setting(setting, -1);
        _rig.Sockstat.Set(section, field, 37);
        _rig.Tick();
        var report = _rig.Report(resource);
        Assert.NotEqual(ResourceState.Near, report.State);
        Assert.Null(report.Limit);
    }

    [Theory]
    [InlineData(null, "Raise net.ipv4.tcp_max_tw_buckets")]
    [InlineData(0L, "sysctl -w net.ipv4.tcp_max_tw_buckets=262144")]
    [InlineData(8L, "sysctl -w net.ipv4.tcp_max_tw_buckets=262144")]
    [InlineData(262144L, "sysctl -w net.ipv4.tcp_max_tw_buckets=524288")]
    [InlineData(1_500_000_000L, "sysctl -w net.ipv4.tcp_max_tw_buckets=2147483647")]
    [InlineData(2147483647L, "Leave net.ipv4.tcp_max_tw_buckets, which is at the maximum that the kernel accepts")]
    public void ALimitIsRaisedWithinWhatTheKernelTakes(long? limit, string expected) =>
        Assert.Equal(expected, TableAdvice.Raise("net.ipv4.tcp_max_tw_buckets", limit));

    [Theory]
    [InlineData(512L << 20, 2048)]
    [InlineData(2L << 30, 8192)]
    [InlineData(24_683_652L * 1024, 131072)]
    [InlineData(512L << 30, 262144)]
    public void TheDefaultOfTimeWaitIsByMemory(long memory, long expected) =>
        Assert.Equal(expected, KernelDefaults.Of("net.ipv4.tcp_max_tw_buckets", memory));

    [Fact]
    public void SomaxconnBelowZeroIsNoLowLimit()
    {
        _rig.Setting("net.core.somaxconn", -1);
        _rig.Tick();
        Assert.DoesNotContain(_rig.Judge().Findings, finding => finding.Id == "somaxconn_low");
    }
}
