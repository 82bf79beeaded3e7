using System.Globalization;
using System.Text.RegularExpressions;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Packaging;

/// <summary>The unit files as systemd reads them. It returns 0 for an unknown key, so what counts is its silence.</summary>
[Trait("Category", "live")]
public sealed partial class UnitFileTests : IDisposable
{
    /// <summary>From 0 to 10, by systemd-analyze security: the unit alone, and the most it may be with any drop-in.</summary>
    const double Exposure = 1.3, ExposureWithDropIn = 1.8;

    readonly string _root = Directory.CreateTempSubdirectory("tcp-agent-units-").FullName;

    static string Systemd => Repo.Path("packaging", "systemd");

    string Units => Path.Combine(_root, "etc", "systemd", "system");

    public static TheoryData<string> DropIns =>
        [.. Directory.GetFiles(Path.Combine(Systemd, "drop-ins")).Select(path => Path.GetFileName(path)!)];

    public UnitFileTests()
    {
        Directory.CreateDirectory(Units);
        var bin = Directory.CreateDirectory(Path.Combine(_root, "usr", "bin")).FullName;
        foreach (var program in (string[])["tcp-agent", "kill"])
            File.Copy("/bin/true", Path.Combine(bin, program));
        File.CreateSymbolicLink(Path.Combine(_root, "bin"), "usr/bin");
        foreach (var target in (string[])["sysinit", "basic", "shutdown", "network", "network-online", "multi-user", "sockets"])
            File.WriteAllText(Path.Combine(Units, $"{target}.target"), "[Unit]\nDescription=stands for the distribution's\n");
        foreach (var unit in (string[])["tcp-agent.service", "tcp-agent.socket"])
            File.Copy(Path.Combine(Systemd, unit), Path.Combine(Units, unit));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [SkippableTheory]
    [InlineData("tcp-agent.service")]
    [InlineData("tcp-agent.socket")]
    public async Task SystemdHasNothingToSayAboutTheUnits(string unit) => Assert.Equal("", await Verify(unit));

    [SkippableTheory]
    [MemberData(nameof(DropIns))]
    public async Task SystemdHasNothingToSayAboutTheDropIns(string dropIn)
    {
        Add(dropIn);
        Assert.Equal("", await Verify("tcp-agent.service"));
        Assert.InRange(await Score(), 0, ExposureWithDropIn);
    }

    [SkippableFact]
    public async Task AMistakeWouldBeReported()
    {
        File.AppendAllText(Path.Combine(Units, "tcp-agent.service"), "\n[Service]\nProtectEverything=yes\n");
        Assert.Contains("ProtectEverything", await Verify("tcp-agent.service"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task TheExposureIsAsSmallAsPromised() => Assert.InRange(await Score(), 0, Exposure);

    /// <summary>Hiding the processes again takes back what they cost.</summary>
    [SkippableFact]
    public async Task ThePrivateDropInMakesItSmaller()
    {
        var exposure = await Score();
        Add("private.conf");
        Assert.InRange(await Score(), 0, exposure - 0.1);
    }

    void Add(string dropIn)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Units, "tcp-agent.service.d")).FullName;
        File.Copy(Path.Combine(Systemd, "drop-ins", dropIn), Path.Combine(folder, dropIn));
    }

    async Task<string> Verify(string unit)
    {
        var analyze = Require.Tool("systemd-analyze", "systemd");
        return (await Child.RunFor(0, null, analyze, "verify", "--man=no", $"--root={_root}", Path.Combine(Units, unit))).Error;
    }

    async Task<double> Score()
    {
        var analyze = Require.Tool("systemd-analyze", "systemd");
        var output = await Child.Run(analyze, "security", "--offline=true", "--no-pager", Path.Combine(Units, "tcp-agent.service"));
        return double.Parse(Level().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"exposure level for \S+: ([\d.]+)")]
    private static partial Regex Level();
}
