using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using TcpAgent.Cli;

namespace TcpAgent.Tests.Cli;

/// <summary>Archives of captures, which come from elsewhere.</summary>
[Collection("console")]
public sealed class CaptureArchiveTests : IDisposable
{
    readonly CaptureRig _rig = new();

    public void Dispose() => _rig.Dispose();

    static string Flat(string text) => text.ReplaceLineEndings(" ");

    static byte[] Tar(params (string Name, TarEntryType Type, string Content)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
            foreach (var (name, type, content) in entries)
                tar.WriteEntry(type switch
                {
                    TarEntryType.RegularFile => new PaxTarEntry(type, name)
                    {
                        DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
                    },
                    TarEntryType.Fifo => new PaxTarEntry(type, name),
                    _ => new PaxTarEntry(type, name) { LinkName = content },
                });
        return bytes.ToArray();
    }

    static string[] FilesOf(byte[] tar)
    {
        using var archive = CaptureArchive.TryUnpack("a.tar", new MemoryStream(tar), isCompressed: false, out var problem);
        Assert.Equal("", problem);
        return [.. Directory.EnumerateFileSystemEntries(archive!.Folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(archive.Folder, path)).Order(StringComparer.Ordinal)];
    }

    string Pack(string folder, bool isCompressed)
    {
        var path = _rig.At($"{folder}.tar");
        TarFile.CreateFromDirectory(_rig.At(folder), path, includeBaseDirectory: true);
        if (!isCompressed)
            return path;
        using (var gzip = new GZipStream(File.Create($"{path}.gz"), CompressionLevel.Fastest))
            gzip.Write(File.ReadAllBytes(path));
        return $"{path}.gz";
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnArchiveIsJudgedLikeItsFolder(bool isCompressed)
    {
        _rig.Capture("host/1", uptime: 100);
        _rig.Capture("host/2", uptime: 104);
        _rig.Add("host/2/proc/net/netstat", "TcpExt", "ListenOverflows", 100);
        var archive = Pack("host", isCompressed);
        var (exit, output, error) = await CaptureRig.Why(archive);
        Assert.Equal((2, ""), (exit, error));
        Assert.StartsWith($"capture {archive}, two moments 4 s apart", Flat(output), StringComparison.Ordinal);
        Assert.Equal(
            (await CaptureRig.Why(_rig.At("host"), isJson: true)).Output, (await CaptureRig.Why(archive, isJson: true)).Output);
    }

    /// <summary>It has /proc/net, but the settings only as sysctl -a prints them.</summary>
    [Fact]
    public async Task AReportOfSosIsJudgedAsOneMoment()
    {
        _rig.Capture("sosreport-host", "linux-6.1", uptime: 100);
        Directory.CreateDirectory(_rig.At("sosreport-host/sos_commands/kernel"));
        Directory.Delete(_rig.At("sosreport-host/proc/sys"), recursive: true);
        File.WriteAllText(
            _rig.At("sosreport-host/sos_commands/kernel/sysctl_-a"),
            "sysctl: reading key \"net.ipv6.conf.all.stable_secret\"\nnet.core.somaxconn = 77\nnet.netfilter.nf_conntrack_count = 99\n"
            + "net.netfilter.nf_conntrack_max = 100\nnet.ipv4.tcp_mem = 10\t20\t30\nnet.core.x/../../y = 1\nnet.core...z = 1\n");
        foreach (var path in (string[])[_rig.At("sosreport-host"), Pack("sosreport-host", isCompressed: true)])
        {
            var (exit, output, error) = await CaptureRig.Why(path);
            Assert.StartsWith($"capture {path}, one moment", Flat(output), StringComparison.Ordinal);
            Assert.InRange(exit, 1, 2);
            Assert.Contains("conntrack", Flat(output), StringComparison.Ordinal);
            Assert.Contains("99 of 100", Flat(output), StringComparison.Ordinal);
            Assert.Equal("", error);
        }
    }

    /// <summary>It has the counters only as nstat prints them, and those of another namespace after them.</summary>
    [Fact]
    public async Task AReportOfSupportconfigIsJudgedAsOneMoment()
    {
        const string Head = "#==[ Command ]======================================#\n";
        Directory.CreateDirectory(_rig.At("scc_host"));
        File.WriteAllText(
            _rig.At("scc_host/network.txt"),
            $"=====\n  Supportconfig\n=====\n\n{Head}# /sbin/ss -nlp\ntcp LISTEN 0 128 *:22\n\n{Head}# /usr/sbin/nstat -az\n#kernel\n"
            + "IpInReceives                    5                  0.0\nIp6InReceives                   6                  0.0\n"
            + "TcpActiveOpens                  7                  0.0\nTcpExtListenOverflows           12                 0.0\n"
            + $"TcpExtBroken                    x                  0.0\n\n{Head}# ip netns exec red nstat -az\nTcpExtListenDrops 9 0.0\n");
        File.WriteAllText(
            _rig.At("scc_host/env.txt"),
            $"{Head}# /sbin/sysctl -a\nnet.netfilter.nf_conntrack_count = 99\nnet.netfilter.nf_conntrack_max = 100\n");
        foreach (var path in (string[])[_rig.At("scc_host"), Pack("scc_host", isCompressed: true)])
        {
            var (exit, output, _) = await CaptureRig.Why(path);
            Assert.StartsWith($"capture {path}, one moment", Flat(output), StringComparison.Ordinal);
            Assert.Equal(1, exit);
            Assert.Contains("conntrack (one moment; now 99 of 100", Flat(output), StringComparison.Ordinal);
            Assert.DoesNotContain("tcp-agent-from-", output, StringComparison.Ordinal);
        }
        using var files = new Supportconfig(_rig.At("scc_host"));
        string Read(string name) => File.ReadAllText($"{files.Folder}/proc/net/{name}");
        Assert.Equal("Ip: InReceives\nIp: 5\nTcp: ActiveOpens\nTcp: 7\n", Read("snmp"));
        Assert.Equal("TcpExt: ListenOverflows\nTcpExt: 12\n", Read("netstat"));
        Assert.Equal("Ip6InReceives 6\n", Read("snmp6"));
    }

    [Fact]
    public async Task ASupportconfigWithoutCountersIsRefused()
    {
        Directory.CreateDirectory(_rig.At("scc_host"));
        File.WriteAllText(_rig.At("scc_host/network.txt"), "#==[ Command ]======#\n# /sbin/ip addr\n");
        var (exit, _, error) = await CaptureRig.Why(_rig.At("scc_host"));
        Assert.Equal(3, exit);
        Assert.Contains("neither the output of nstat -az nor that of sysctl -a", Flat(error), StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyRegularFilesOfACaptureAreWritten() => Assert.Equal(
        ["a", "a/proc", "a/proc/net", "a/proc/net/snmp", "a/settings.txt"],
        FilesOf(Tar(
            ("a/proc/net/snmp", TarEntryType.RegularFile, "good"),
            ("./a/settings.txt", TarEntryType.RegularFile, "good"),
            ("a/proc/net/tcp", TarEntryType.SymbolicLink, "/etc/passwd"),
            ("a/proc/net/dev", TarEntryType.HardLink, "a/proc/net/snmp"),
            ("a/proc/net/fifo", TarEntryType.Fifo, ""),
            ("a/var/log/messages", TarEntryType.RegularFile, "no part of a capture"))));

    [Theory]
    [InlineData("../proc/net/snmp")]
    [InlineData("a/proc/../../../../tmp/net/snmp")]
    [InlineData("a/proc/net/..")]
    public void ANameThatLeadsOutIsSkipped(string name) =>
        Assert.Equal(["proc", "proc/uptime"], FilesOf(Tar(
            (name, TarEntryType.RegularFile, "bad"), ("proc/uptime", TarEntryType.RegularFile, "1 1"))));

    [Fact]
    public void AnAbsoluteNameStaysInTheFolder() =>
        Assert.Equal(["proc", "proc/uptime"], FilesOf(Tar(("/proc/uptime", TarEntryType.RegularFile, "1 1"))));

    /// <summary>The entry that would be written through a link finds a folder in its place.</summary>
    [Fact]
    public void NothingIsWrittenThroughALink() => Assert.Equal(
        ["proc", "proc/net", "proc/net/snmp"],
        FilesOf(Tar(("proc/net", TarEntryType.SymbolicLink, "/tmp"), ("proc/net/snmp", TarEntryType.RegularFile, "good"))));

    [Fact]
    public void AnArchiveThatIsTooLargeIsRefused()
    {
        var tar = Tar(("proc/net/tcp", TarEntryType.RegularFile, new string('x', 3 << 20)));
        Assert.Null(CaptureArchive.TryUnpack("a.tar", new MemoryStream(tar), false, out var problem, mostWritten: 2 << 20));
        Assert.Equal("a.tar holds more than 2 MiB of files", problem);
    }

    [Fact]
    public void AStreamIsReadUpToItsBound()
    {
        var stream = new BoundedStream(new MemoryStream(new byte[3 << 20]), 2 << 20);
        var failure = Assert.Throws<InvalidDataException>(() => stream.CopyTo(Stream.Null));
        Assert.Equal("it holds more than 2 MiB", failure.Message);
    }

    /// <summary>Each byte of a header damaged, and the archive cut anywhere: a problem or a result, and no trace.</summary>
    [Theory]
    [Trait("Category", "slow")]
    [InlineData(false)]
    [InlineData(true)]
    public void ADamagedArchiveNeverThrows(bool isCompressed)
    {
        var tar = Tar(("proc/net/snmp", TarEntryType.RegularFile, "text"), ($"proc/{new string('n', 150)}", TarEntryType.RegularFile, "x"));
        if (isCompressed)
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                gzip.Write(tar);
            tar = packed.ToArray();
        }
        for (var i = 0; i < tar.Length; i += tar.Length > 2000 ? 3 : 1)
            foreach (var bytes in (byte[][])[Damaged(tar, i), tar[..i]])
            {
                using var archive = CaptureArchive.TryUnpack("a.tar", new MemoryStream(bytes), isCompressed, out var problem);
                Assert.Equal(archive is null, problem.Length > 0);
            }
    }

    static byte[] Damaged(byte[] bytes, int at)
    {
        var copy = bytes.ToArray();
        copy[at] ^= 0x55;
        return copy;
    }
}
