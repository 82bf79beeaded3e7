using System.Text.RegularExpressions;
using k8s;
using TcpAgent.Cli;
using TcpAgent.Lab.Support;
using TcpAgent.Tests.Deploy;
using YamlDotNet.RepresentationModel;

namespace TcpAgent.Lab.Helm;

/// <summary>
/// The chart of deploy/helm, rendered by render.go: Debian has no Helm, but has the libraries that
/// Helm is made of.
/// </summary>
[Trait("Category", "live")]
public sealed class HelmTests
{
    const string Operator = "operator.yaml", Everything = "everything.yaml", Least = "least.yaml";

    /// <summary>What a PodMonitor may say, as far as the chart says anything (monitoring.coreos.com/v1).</summary>
    static readonly string[] s_podMonitor = ["jobLabel", "selector", "sampleLimit", "podMetricsEndpoints"],
        s_endpoint = ["port", "path", "scheme", "tlsConfig", "interval", "scrapeTimeout", "relabelings"];

    static readonly string[] s_helmsOwn =
    [
        "app.kubernetes.io/instance", "app.kubernetes.io/version", "app.kubernetes.io/managed-by", "app.kubernetes.io/component",
        "helm.sh/chart",
    ];

    static readonly string[] s_everythingsFlags =
    [
        "--no-collector.conntrack", "--collector.nfqueue", "--listeners.max=1024", "--history.span=2h",
        "--web.listen-address=$(NODE_IP):10794", "--web.config.file=/etc/tcp-agent/web.yml",
    ];

    [SkippableTheory]
    [InlineData("")]
    [InlineData(Operator)]
    [InlineData(Everything)]
    [InlineData(Least)]
    public async Task EveryObjectIsOneThatKubernetesKnows(string values)
    {
        var objects = await Render(values);
        foreach (var (kind, text) in objects)
            if (kind is not ("PodMonitor" or "PrometheusRule"))
                // Strict: an unknown field is an error.
                Assert.Equal(kind, ((IKubernetesObject)KubernetesYaml.LoadAllFromString(text, strict: true).Single()).Kind);
        if (objects.TryGetValue("PodMonitor", out var monitor))
        {
            Assert.Empty(Yaml.Parse(monitor).Pairs("spec").Select(pair => pair.Key).Except(s_podMonitor));
            Assert.Empty(Yaml.Parse(monitor).Pairs("spec/podMetricsEndpoints/0").Select(pair => pair.Key).Except(s_endpoint));
        }
    }

    [SkippableFact]
    public async Task ItIsThePlainManifests()
    {
        var objects = await Render(Operator);
        var plain = Directory.GetFiles(Repo.Path("deploy", "kubernetes"), "*.yaml").Select(path => Yaml.Load(path).Single())
            .Where(one => one.Text("kind") is not ("Kustomization" or "Namespace")).ToDictionary(one => one.Text("kind"));
        Assert.Equal(plain.Keys.Order(StringComparer.Ordinal), objects.Keys.Order(StringComparer.Ordinal));
        var images = Yaml.Load(Repo.Path("deploy", "kubernetes", "kustomization.yaml")).Single().At("images/0");
        foreach (var (kind, text) in objects)
            Assert.Equal(
                Normal(plain[kind]).Replace($"image: {images.Text("name")};", $"image: {images.Text("newName")}:{images.Text("newTag")};",
                    StringComparison.Ordinal), Normal(Yaml.Parse(text)));
    }

    /// <summary>Prometheus finds an agent by annotations or by a PodMonitor, never by both.</summary>
    [SkippableTheory]
    [InlineData("", true)]
    [InlineData(Operator, false)]
    [InlineData(Everything, false)]
    public async Task OneKindOfDiscoveryFindsIt(string values, bool isByAnnotation)
    {
        var objects = await Render(values);
        Assert.Equal(isByAnnotation, objects["Service"].Contains("prometheus.io/scrape", StringComparison.Ordinal));
        Assert.Equal(isByAnnotation, !objects.ContainsKey("PodMonitor"));
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData(Everything)]
    [InlineData(Least)]
    public async Task TheArgumentsAreThoseOfTheAgent(string values)
    {
        var arguments = Yaml.Parse((await Render(values))["DaemonSet"]).Texts("spec/template/spec/containers/0/args");
        Assert.Equal("serve", arguments[0]);
        var flags = AgentFlags.Create().Flags.Select(flag => flag.Name).ToHashSet();
        Assert.All(arguments.Skip(1), argument => Assert.Contains(argument.Split('=')[0], flags));
        if (values == Everything)
            Assert.Empty(s_everythingsFlags.Except(arguments));
    }

    /// <summary>The operator's labels and the own addresses are where they belong, and Prometheus takes the rules.</summary>
    [SkippableFact]
    public async Task TheRulesHaveTheReleasesLabelAndTheOwnAddresses()
    {
        var objects = await Render(Everything);
        foreach (var kind in (string[])["PodMonitor", "PrometheusRule"])
            Assert.Equal("kube-prometheus-stack", Yaml.Parse(objects[kind]).Text("metadata/labels/release"));
        var rules = objects["PrometheusRule"];
        Assert.DoesNotContain(".example/", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("'http://", rules, StringComparison.Ordinal);
        Assert.Contains("runbook_url: https://wiki.example.org/tcp-agent#tcpagentdown", rules, StringComparison.Ordinal);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Regex.Replace(rules[rules.IndexOf("  groups:", StringComparison.Ordinal)..], "(?m)^  ", ""));
            await Child.RunFor(0, null, Require.Tool("promtool", "prometheus"), "check", "rules", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [SkippableTheory]
    [InlineData("sources: {contrack: false}", "sources")]
    [InlineData("podmonitor: {enabled: true}", "podmonitor")]
    [InlineData("listenAddress: 10793", "listenAddress")]
    [InlineData("priorityClass: {value: 2000000000}", "priorityClass")]
    public async Task WrongValuesAreRefused(string values, string named)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, values);
            var (code, output) = await Run(file);
            Assert.NotEqual(0, code);
            Assert.Contains(named, output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Kinds with their text.</summary>
    static async Task<Dictionary<string, string>> Render(string values)
    {
        var (code, output) = await Run(values.Length == 0 ? "" : Repo.Path("deploy", "helm", "tests", values));
        Assert.True(code == 0, output);
        return output.Split("---\n", StringSplitOptions.RemoveEmptyEntries).Where(text =>
            !text.Contains("name: tcp-agent-dashboards", StringComparison.Ordinal)).ToDictionary(text => Yaml.Parse(text).Text("kind"));
    }

    static Task<(int Code, string Output)> Run(string values)
    {
        var go = Require.Tool("go", "golang-go, golang-github-masterminds-sprig-dev, -ghodss-yaml-dev and -xeipuuv-gojsonschema-dev");
        return Child.RunAny(
            "/bin/sh", "-c",
            $"cd {Repo.Path("tests", "TcpAgent.Lab", "Helm")} && GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=${{TMPDIR:-/tmp}}/go "
            + $"{go} run render.go tcp-agent tcp-agent {Repo.Path("deploy", "helm", "tcp-agent")} {values} 2>&1");
    }

    /// <summary>The same text for the same meaning, without what only Helm adds.</summary>
    static string Normal(YamlNode node) => node switch
    {
        YamlMappingNode map => $"{{{string.Concat(
            map.Children.Select(pair => (Key: ((YamlScalarNode)pair.Key).Value!, pair.Value)).Where(pair =>
                !s_helmsOwn.Contains(pair.Key) && !(pair.Key == "namespace" && pair.Value is YamlScalarNode { Value: "tcp-agent" }))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {Normal(pair.Value)};\n"))}}}",
        YamlSequenceNode list => $"[{string.Concat(list.Select(one => Normal(one) + ", "))}]",
        _ => ((YamlScalarNode)node).Value ?? "",
    };
}
