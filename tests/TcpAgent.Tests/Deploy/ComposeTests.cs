using System.IO.Enumeration;
using TcpAgent.Cli;
using YamlDotNet.RepresentationModel;

namespace TcpAgent.Tests.Deploy;

/// <summary>The compose file mounts what exists, and the four programs find each other.</summary>
public class ComposeTests
{
    static readonly string s_folder = Repo.Path("deploy", "compose");

    static YamlNode Compose => Yaml.Load(Path.Combine(s_folder, "compose.yaml")).Single();

    static YamlNode Service(string name) => Compose.At($"services/{name}");

    [Fact]
    public void EveryServiceSharesTheHostsNetworkAndNamesAnImageOfAFixedVersion()
    {
        Assert.Equal(["agent", "prometheus", "alertmanager", "grafana"], Compose.Pairs("services").Select(pair => pair.Key));
        foreach (var (name, service) in Compose.Pairs("services"))
        {
            Assert.Equal("host", service.Text("network_mode"));
            Assert.Matches(@"^[\w./-]+:v?\d+\.\d+\.\d+$", service.Text("image"));
            Assert.False(service.Has("privileged") || service.Has("cap_add"), name);
        }
    }

    [Fact]
    public void WhatIsMountedExists()
    {
        foreach (var (name, service) in Compose.Pairs("services").Where(pair => pair.Value.Has("volumes")))
            foreach (var volume in service.Texts("volumes"))
            {
                var source = volume.Split(':')[0];
                Assert.True(
                    source.StartsWith('.') ? Path.Exists(Path.Combine(s_folder, source)) : Compose.At("volumes").Has(source),
                    $"{name}: {volume}");
            }
    }

    [Fact]
    public void ConfigurationFilesNamedInCommandsAreMounted()
    {
        foreach (var name in (string[])["prometheus", "alertmanager"])
        {
            var file = Service(name).Texts("command")
                .Single(argument => argument.StartsWith("--config.file=", StringComparison.Ordinal))["--config.file=".Length..];
            var (source, target) = Mounts(name).Single(mount => file.StartsWith(mount.Target + "/", StringComparison.Ordinal));
            Assert.True(File.Exists(Path.Combine(source, file[(target.Length + 1)..])), $"{name}: {file}");
        }
    }

    /// <summary>Fleet has no data without its rules.</summary>
    [Fact]
    public void PrometheusLoadsEveryRuleFile()
    {
        var configuration = Yaml.Load(Repo.Path("deploy", "prometheus", "prometheus.yml")).Single();
        var patterns = configuration.Texts("rule_files");
        foreach (var file in RuleFiles.Paths.Select(path => Path.GetRelativePath(Repo.Path("deploy", "prometheus"), path)))
            Assert.True(
                patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, file, ignoreCase: false)),
                $"{file} is in none of {string.Join(", ", patterns)}");
    }

    [Fact]
    public void TheAgentRunsWithoutPrivilegeAndPrometheusScrapesIt()
    {
        var agent = Service("agent");
        Assert.Equal(["ALL"], agent.Texts("cap_drop"));
        Assert.Equal("true", agent.Text("read_only"));
        Assert.True(File.Exists(Path.Combine(s_folder, agent.Text("build"), "Dockerfile")));
        var command = agent.Texts("command");
        var flags = AgentFlags.Create().Flags.Select(flag => flag.Name).ToHashSet();
        Assert.All(command.Skip(1), argument => Assert.Contains(argument.Split('=')[0], flags));
        Assert.Contains("--web.listen-address=127.0.0.1:10793", command);
        Assert.Contains("localhost:10793", File.ReadAllText(Repo.Path("deploy", "prometheus", "prometheus.yml")), StringComparison.Ordinal);
        Assert.Equal($"tcp-agent:{typeof(AgentFlags).Assembly.GetName().Version!.ToString(3)}", agent.Text("image"));
    }

    [Fact]
    public void GrafanaIsProvisionedFromTheMountedFiles()
    {
        var mounts = Mounts("grafana");
        var provisioning = mounts.Single(mount => mount.Target == "/etc/grafana/provisioning").Source;
        var source = Yaml.Load(Path.Combine(provisioning, "datasources", "prometheus.yaml")).Single();
        Assert.Equal("prometheus", source.Text("datasources/0/type"));
        Assert.Equal("tcpagent-prometheus", source.Text("datasources/0/uid"));
        Assert.Contains(
            $"--web.listen-address={source.Text("datasources/0/url").Replace("http://localhost", "127.0.0.1", StringComparison.Ordinal)}",
            Service("prometheus").Texts("command"));

        var provider = Yaml.Load(Path.Combine(provisioning, "dashboards", "tcp-agent.yaml")).Single();
        var folder = mounts.Single(mount => mount.Target == provider.Text("providers/0/options/path")).Source;
        Assert.Equal(Dashboard.Files, Directory.GetFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        var home = Service("grafana").Text("environment/GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH");
        Assert.True(File.Exists(Path.Combine(folder, Path.GetFileName(home))));
        Assert.StartsWith(provider.Text("providers/0/options/path") + "/", home, StringComparison.Ordinal);
    }

    static (string Source, string Target)[] Mounts(string service) =>
        [.. Service(service).Texts("volumes").Where(volume => volume.StartsWith('.')).Select(volume => volume.Split(':')).Select(parts =>
            (Path.GetFullPath(Path.Combine(s_folder, parts[0])), parts[1]))];
}
