using TcpAgent.Lab.Faults;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Packaging;

/// <summary>
/// The executable for linux-arm64 by emulation of its instructions (qemu-user): what it says of the same input is what this machine's own
/// says. Netlink is out of reach there, so it reads fixtures.
/// </summary>
[Trait("Category", "live")]
public class Arm64Tests
{
    [SkippableFact]
    public async Task TheVersionNamesThePlatform() =>
        Assert.Contains("platform: linux-arm64", await Run("--version"), StringComparison.Ordinal);

    [SkippableFact]
    public async Task ItDescribesTheSameMetrics() =>
        Assert.Equal(await Child.Run(Published.Own.Program, "describe"), await Run("describe"));

    [SkippableTheory]
    [InlineData("text")]
    [InlineData("openmetrics")]
    public async Task ItPrintsTheSameOfEachFixture(string format)
    {
        foreach (var set in Fixtures.Sets)
        {
            string[] arguments = [
                "print", $"--format={format}", $"--path.procfs={Fixtures.Proc(set)}", $"--path.sysfs={Fixtures.Sys(set)}"];
            var (own, emulated) = (Kernels(await Child.Run(Published.Own.Program, arguments)), Kernels(await Run(arguments)));
            Assert.True(own.Length > 100, $"{set}: {own.Length} lines");
            Assert.Equal(own, emulated);
        }
    }

    [SkippableFact]
    public async Task ItReadsTheSameHistory()
    {
        var folder = Directory.CreateTempSubdirectory("tcp-agent-arm64-").FullName;
        try
        {
            var file = Path.Combine(folder, "history.ring");
            await using (var agent = await Victim.Start($"--history.file={file}"))
                await agent.Sampled(3);
            var own = await Child.Run(Published.Own.Program, "history", "--json", $"--file={file}");
            Assert.Contains("\"records\":[{", own, StringComparison.Ordinal);
            Assert.Equal(own, await Run("history", "--json", $"--file={file}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Without times and what is the running process' own.</summary>
    static string[] Kernels(string exposition) => [.. exposition.Split('\n').Where(line =>
        !line.Contains("_seconds", StringComparison.Ordinal) && !line.Contains("process_", StringComparison.Ordinal))];

    static async Task<string> Run(params string[] arguments)
    {
        var qemu = Require.Tool("qemu-aarch64-static", "qemu-user-static");
        var sysroot = (await Child.Run(Repo.Path("packaging", "native", "sysroot.sh"), "linux-arm64")).Trim();
        return await Child.Run(qemu, ["-L", sysroot, Published.Arm64.Program, .. arguments]);
    }
}
