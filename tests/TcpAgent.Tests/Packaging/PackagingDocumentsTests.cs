using System.CommandLine;
using System.Text.RegularExpressions;
using TcpAgent.Cli;
using TcpAgent.Web;

namespace TcpAgent.Tests.Packaging;

/// <summary>What the packages say of the program is what the program says of itself; make golden writes it.</summary>
public class PackagingDocumentsTests
{
    static RootCommand Root =>
        CommandLine.Create(AgentFlags.Create(), new Option<bool>("--version") { Description = "Print version and build." });

    [Fact]
    public void ManPageHasEveryCommandOptionAndExample()
    {
        var path = Repo.Path("packaging", "man", "tcp-agent.8");
        var page = File.ReadAllText(path);
        var root = Root;
        foreach (var (section, text) in ((string, string)[])[("COMMANDS", ManPage.Commands(root)), ("OPTIONS", ManPage.Options(root)),
            ("EXAMPLES", ManPage.Examples())])
        {
            var (begin, end) = ($".\\\" BEGIN {section}\n", $".\\\" END {section}\n");
            var (from, to) = (page.IndexOf(begin, StringComparison.Ordinal), page.IndexOf(end, StringComparison.Ordinal));
            Assert.True(from > 0 && to > from, $"the page has no place for {section}");
            page = page[..(from + begin.Length)] + text + page[to..];
        }
        GoldenFile.AssertEquals(path, page);
    }

    [Fact]
    public void CompletionOfBashHasEveryCommandAndFlag() =>
        GoldenFile.AssertEquals(Repo.Path("packaging", "completion", "tcp-agent"), Completion.Script(Root));

    [Fact]
    public void CompletionOfZshHasEveryCommandAndFlag() =>
        GoldenFile.AssertEquals(Repo.Path("packaging", "completion", "_tcp-agent"), ZshCompletion.Script(Root));

    [Fact]
    public void CompletionOfFishHasEveryCommandAndFlag() =>
        GoldenFile.AssertEquals(Repo.Path("packaging", "completion", "tcp-agent.fish"), FishCompletion.Script(Root));

    [Fact]
    public void TheSettingsOfTheServiceHaveTheDefaultsOfTheFlags() =>
        GoldenFile.AssertEquals(Repo.Path("packaging", "tcp-agent.default"), DefaultFile.Text());

    static string Version =>
        Regex.Match(File.ReadAllText(Repo.Path("Directory.Build.props")), "<Version>([^<]+)</Version>").Groups[1].Value;

    [Fact]
    public void TheProgramHasTheVersionOfTheBuild() => Assert.Equal(BuildInfo.Version, Version);

    [Theory]
    [InlineData("packaging/deb/debian/changelog", @"^tcp-agent \({0}\) ")]
    [InlineData("deploy/compose/compose.yaml", "image: tcp-agent:{0}\n")]
    [InlineData("deploy/kubernetes/kustomization.yaml", "newTag: {0}\n")]
    [InlineData("Dockerfile", "ARG VERSION={0}\n")]
    [InlineData("README.md", "tcp-agent_{0}_amd64.deb ")]
    [InlineData("README.md", "tcp-agent-{0}-1.x86_64.rpm")]
    [InlineData("docs/install.md", "tcp-agent_{0}_amd64.deb ")]
    [InlineData("docs/install.md", "tcp-agent-{0}-1.x86_64.rpm")]
    [InlineData("CHANGELOG.md", @"\n## \[{0}\] - \d")]
    public void WhateverNamesTheVersionNamesThatOfTheBuild(string file, string pattern) =>
        Assert.Matches(pattern.Replace("{0}", Regex.Escape(Version), StringComparison.Ordinal), File.ReadAllText(Repo.Path(file)));

    /// <summary>systemd takes the last of two, or both; either is hard to see.</summary>
    [Theory]
    [InlineData("tcp-agent.service")]
    [InlineData("tcp-agent.socket")]
    public void AUnitGivesEachSettingOnce(string name)
    {
        string[] lists = ["EnvironmentFile", "Environment", "SystemCallFilter"];
        var keys = File.ReadAllLines(Repo.Path("packaging", "systemd", name))
            .Where(line => line.Length > 0 && line[0] is not ('#' or '[')).Select(line => line.Split('=')[0]);
        Assert.Distinct(keys.Where(key => !lists.Contains(key)));
    }

    [Fact]
    public void TheUnitsFilesAndFlagsExist()
    {
        var unit = File.ReadAllText(Repo.Path("packaging", "systemd", "tcp-agent.service"));
        Assert.Contains("EnvironmentFile=-/etc/default/tcp-agent\n", unit, StringComparison.Ordinal);
        Assert.Contains("EnvironmentFile=-/etc/sysconfig/tcp-agent\n", unit, StringComparison.Ordinal);
        Assert.Contains("\nStateDirectory=tcp-agent\n", unit, StringComparison.Ordinal);
        Assert.Contains("WatchdogSignal=SIGKILL\n", unit, StringComparison.Ordinal);
        Assert.Contains($"\nRestartPreventExitStatus={CommandLine.Misused}\n", unit, StringComparison.Ordinal);
        Assert.Equal("/run/tcp-agent/query.sock", QuerySocket.OfService);
        Assert.Contains("\nRuntimeDirectory=tcp-agent\nRuntimeDirectoryMode=0755\n", unit, StringComparison.Ordinal);
        var socket = File.ReadAllText(Repo.Path("packaging", "systemd", "tcp-agent.socket"));
        Assert.Contains("\nListenStream=10793\n", socket, StringComparison.Ordinal);
        Assert.Contains(AgentFlags.Create().Flags, flag => flag.Name == "--web.systemd-socket");
    }
}
