using System.Text;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Packaging;

/// <summary>The shipped form: one native executable that needs neither .NET nor a recent C library on the host.</summary>
[Trait("Category", "live")]
public class PublishTests
{
    /// <summary>The C library of Enterprise Linux 7 and of every distribution since.</summary>
    static readonly Version s_oldestGlibc = new(2, 17);

    [SkippableFact]
    [Trait("Category", "root")]
    public async Task OneExecutableRunsWhereNoDotNetIsInstalled()
    {
        Require.Root();
        Assert.Equal([Published.Own.Program], Published.Own.Files);

        // A mount namespace in which every folder that may hold a .NET is empty, and no environment.
        var unshare = Require.Tool("unshare", "util-linux");
        var exposition = await Child.Run(unshare, "--mount", "sh", "-c",
            "for d in /usr/share/dotnet /usr/lib/dotnet /root/.dotnet /root/.nuget; do [ ! -d $d ] || mount -t tmpfs none $d || exit 9; "
            + "done; "
            + $"! command -v dotnet >/dev/null || ! dotnet --version >/dev/null 2>&1 || exit 8; exec env -i {Published.Own.Program} print");
        var series = AgentProgram.Parse(exposition);
        Assert.True(series.Count > 300, $"{series.Count} series");
        Assert.Contains("tcpagent_tcp_sockets{state=\"syn_recv\"}", series.Keys);
        Assert.Contains("tcp-agent, version", await Child.Run(Published.Own.Program, "--version"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public Task ItStartsWhereTheCLibraryIsOld() => AssertStartsOnOldHosts(Published.Own.Program);

    [SkippableFact]
    public Task SoDoesTheOneForArm64() => AssertStartsOnOldHosts(Published.Arm64.Program);

    /// <summary>
    /// The version needs are what ld.so refuses a program for. Neither libstdc++ nor libgcc_s is needed, which small images do not have;
    /// libssl is opened when TLS is asked for.
    /// </summary>
    static async Task AssertStartsOnOldHosts(string program)
    {
        var versions = await Elf.GlibcVersions(program);
        Assert.NotEmpty(versions);
        Assert.InRange(versions[^1], versions[0], s_oldestGlibc);
        Assert.All(
            await Elf.NeededLibraries(program), library => Assert.Matches(@"^(lib(c|m|dl|rt|pthread)\.so\.\d|ld-linux-.*)$", library));
    }

    /// <summary>Under the C library that it was linked against: that of Debian 11, the oldest that Debian still serves.</summary>
    [SkippableFact]
    public async Task ItRunsUnderTheOldestCLibraryThatDebianServes()
    {
        var sysroot = (await Child.Run(Repo.Path("packaging", "native", "sysroot.sh"), Published.Own.Rid)).Trim();
        var loader = Directory.GetFiles(sysroot, "ld-2.31.so", SearchOption.AllDirectories).Single();
        string[] command = ["--library-path", Path.GetDirectoryName(loader)!, Published.Own.Program];
        Assert.True(AgentProgram.Parse(await Child.Run(loader, [.. command, "print"])).Count > 300);
        Assert.Contains(
            "\"verdict\"", (await Child.RunAny(loader, [.. command, "why", "--json", "--for=1s"])).Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ItIsPositionIndependentBoundAtStartAndWithoutSymbols()
    {
        var dynamic = await Elf.Read("--dynamic", Published.Own.Program);
        Assert.Contains("PIE", dynamic, StringComparison.Ordinal);
        Assert.Contains("BIND_NOW", dynamic, StringComparison.Ordinal);
        Assert.Contains("GNU_RELRO", await Elf.Read("--program-headers", Published.Own.Program), StringComparison.Ordinal);
        Assert.DoesNotContain(".symtab", await Elf.Read("--section-headers", Published.Own.Program), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task MessagesOfErrorsAreKept()
    {
        var (code, output) = await Child.RunAny("sh", "-c", $"exec {Published.Own.Program} describe 2>&1 >/dev/full");
        Assert.NotEqual(0, code);
        Assert.Contains("No space left on device", output, StringComparison.Ordinal);
    }

    /// <summary>An unexpected error says where it happened, for the report: the file has the names of methods for that.</summary>
    [SkippableFact]
    public Task NamesForStackTracesAreKept() => AssertHas(nameof(Kernel.Cursor.TryReadSetting), true);

    /// <summary>Certificates are verified without it (decision 59). A later runtime may find it in another way.</summary>
    [SkippableFact]
    public Task TheHttpClientIsLeftOut() => AssertHas("HttpConnectionPool", false);

    static async Task AssertHas(string name, bool expected) => Assert.Equal(
        expected, (await File.ReadAllBytesAsync(Published.Own.Program)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(name)) > 0);

    [SkippableFact]
    public void ItIsSmall() => Assert.InRange(new FileInfo(Published.Own.Program).Length, 1, 15_000_000);
}
