using TcpAgent.Kernel;
using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Tests.Sources;

public sealed class SysctlTests : IDisposable
{
    readonly TempRoot _root = new();
    readonly Sysctl _source;

    public SysctlTests() => _source = new Sysctl(_root.Kernel);

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    long? Setting(string name) => _source.Value("tcpagent_sysctl", $"name=\"{name}\"");

    [Fact]
    public void TabsSeparateTheNumbersOfOneFile()
    {
        _root.Write("sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n");
        _root.Write("sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(4096, Setting("net.ipv4.tcp_rmem[0]"));
        Assert.Equal(131072, Setting("net.ipv4.tcp_rmem[1]"));
        Assert.Equal(6291456, Setting("net.ipv4.tcp_rmem[2]"));
        Assert.Equal(32768, Setting("net.ipv4.ip_local_port_range[0]"));
        Assert.Equal(60999, Setting("net.ipv4.ip_local_port_range[1]"));
    }

    [Theory]
    [InlineData("3\n", null, 3)]
    [InlineData("3\n", "1\n", 4)]
    [InlineData(null, "0\n", 0)]
    [InlineData(null, null, null)]
    [InlineData("many\n", null, null)]
    public void TheUsersOfTheIpsecModulesAddUp(string? v4, string? v6, int? users)
    {
        foreach (var (module, text) in ((string, string?)[])[("esp4", v4), ("esp6", v6)])
            if (text is not null)
                _root.Write($"module/{module}/refcnt", text);
        _source.Read();
        var value = _source[Sysctl.MemoryRows][Sysctl.EspUsers];
        Assert.Equal(users ?? KernelValue.Absent, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("lots\n")]
    public void AnEmptyOrTornFileIsLeftOutAndCountedAndTheOthersAreRead(string text)
    {
        _root.Write("sys/net/core/somaxconn", text);
        _root.Write("sys/net/ipv4/tcp_max_syn_backlog", "1024\n");
        Assert.Equal(Outcome.Partial, _source.Read().Outcome);
        Assert.Null(Setting("net.core.somaxconn"));
        Assert.Equal(1024, Setting("net.ipv4.tcp_max_syn_backlog"));
        Assert.Equal(1, _source.Malformed);
    }

    /// <summary>gVisor's settings end without a newline.</summary>
    [Fact]
    public void ASettingIsWholeWithoutANewline()
    {
        _root.Write("sys/net/core/somaxconn", "1024");
        _root.Write("sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456");
        _root.Write("meminfo", "MemFree: 5 kB\nMemTotal:        2097152 kB");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Equal(1024, Setting("net.core.somaxconn"));
        Assert.Equal(6291456, Setting("net.ipv4.tcp_rmem[2]"));
        Assert.Equal(1L << 31, _source.Value("tcpagent_memory_total_bytes"));
    }

    [Theory]
    [InlineData("net/core/somaxconn", "4294967296")]
    [InlineData("net/ipv4/tcp_max_tw_buckets", "18446744073709551615")]
    [InlineData("fs/file-max", "18446744073709551616")]
    [InlineData("fs/file-max", "-3")]
    public void ANumberThatTheKernelCannotHoldIsNoLimit(string file, string text)
    {
        _root.Write($"sys/{file}", text + "\n");
        Assert.Equal(Outcome.Partial, _source.Read().Outcome);
        Assert.Null(Setting(file.Replace('/', '.')));
        Assert.Equal(1, _source.Malformed);
    }

    [Fact]
    public void AFileWithTooFewNumbersIsLeftOutWhole()
    {
        _root.Write("sys/net/ipv4/tcp_mem", "100\t200\n");
        Assert.Equal(Outcome.Partial, _source.Read().Outcome);
        Assert.Null(Setting("net.ipv4.tcp_mem[0]"));
        Assert.Null(Setting("net.ipv4.tcp_mem[1]"));
    }

    [Fact]
    public void ASettingThatThisNamespaceLacksIsNotAnError()
    {
        _root.Write("sys/net/core/somaxconn", "4096\n");
        Assert.Equal(ReadStatus.Ok, _source.Read());
        Assert.Null(Setting("net.ipv4.neigh.default.gc_thresh3"));
    }

    /// <summary>Every kernel has some of them, so /proc/sys is hidden.</summary>
    [Fact]
    public void WithoutAnySettingTheSourceFails()
    {
        _root.Write("sys/net/core/somaxconn", "4096\n");
        _source.Read();
        _root.Delete("sys/net/core/somaxconn");
        _source.Read().Shows(Outcome.Failed, errno: Libc.ENOENT);
        Assert.Null(Setting("net.core.somaxconn"));
    }

    [Fact]
    public void NegativeAndHugeValuesAreKept()
    {
        _root.Write("sys/net/ipv4/tcp_syncookies", "-1\n");
        _root.Write("sys/fs/file-max", "18446744073709551615\n");
        _source.Read();
        Assert.Equal(-1, Setting("net.ipv4.tcp_syncookies"));
        Assert.Equal(long.MaxValue, Setting("fs.file-max"));
    }
}
