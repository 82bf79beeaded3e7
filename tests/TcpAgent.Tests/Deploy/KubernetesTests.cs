using System.Text;
using TcpAgent.Cli;
using TcpAgent.Tests.Cli;
using YamlDotNet.RepresentationModel;

namespace TcpAgent.Tests.Deploy;

/// <summary>The manifests parse, ask for nothing the agent does not need, and agree with each other and with the agent.</summary>
[Collection("console")]
public class KubernetesTests
{
    static readonly string s_folder = Repo.Path("deploy", "kubernetes");

    static YamlNode Manifest(string name) => Yaml.Load(Path.Combine(s_folder, name)).Single();

    static YamlNode Pod => Manifest("daemonset.yaml").At("spec/template/spec");

    [Fact]
    public void KustomizationListsEveryManifest()
    {
        var files = Directory.GetFiles(s_folder).Select(file => Path.GetFileName(file)).Where(file => file != "kustomization.yaml")
            .Order(StringComparer.Ordinal);
        var kustomization = Manifest("kustomization.yaml");
        Assert.Equal(files, kustomization.Texts("resources").Order(StringComparer.Ordinal));
        Assert.Equal(Pod.Text("containers/0/image"), kustomization.Text("images/0/name"));
        Assert.Equal(Manifest("namespace.yaml").Text("metadata/name"), kustomization.Text("namespace"));
    }

    [Fact]
    public void ThePodHasTheNodesNetworkAndNoPrivilege()
    {
        var container = Pod.At("containers/0");
        Assert.Equal("true", Pod.Text("hostNetwork"));
        foreach (var absent in (string[])["hostPID", "hostIPC", "serviceAccountName", "initContainers"])
            Assert.False(Pod.Has(absent), absent);
        Assert.Equal("false", Pod.Text("automountServiceAccountToken"));
        Assert.Equal(["history", "proc", "cgroup"], Pod.List("volumes").Select(volume => volume.Text("name")));
        Assert.True(Pod.At("volumes/0").Has("emptyDir"), "the history is the pod's");
        Assert.Equal("/proc", Pod.Text("volumes/1/hostPath/path"));
        Assert.Equal("/sys/fs/cgroup", Pod.Text("volumes/2/hostPath/path"));
        foreach (var mount in container.List("volumeMounts").Skip(1))
            Assert.Equal("true", mount.Text("readOnly"));
        Assert.Contains($"--path.procfs={container.Text("volumeMounts/1/mountPath")}", Pod.Texts("containers/0/args"));
        Assert.StartsWith(
            $"--history.file={container.Text("volumeMounts/0/mountPath")}/", Pod.Texts("containers/0/args")[^1], StringComparison.Ordinal);
        Assert.Equal("true", Pod.Text("securityContext/runAsNonRoot"));
        Assert.Equal("65534", Pod.Text("securityContext/runAsUser"));
        Assert.Equal("RuntimeDefault", Pod.Text("securityContext/seccompProfile/type"));
        Assert.Equal("false", container.Text("securityContext/allowPrivilegeEscalation"));
        Assert.Equal("false", container.Text("securityContext/privileged"));
        Assert.Equal("true", container.Text("securityContext/readOnlyRootFilesystem"));
        Assert.Equal(["ALL"], container.Texts("securityContext/capabilities/drop"));
        Assert.False(container.At("securityContext/capabilities").Has("add"));
        Assert.Contains("USER 65534:65534", File.ReadAllText(Repo.Path("Dockerfile")), StringComparison.Ordinal);
    }

    [Fact]
    public void ProbesAskWhatTheAgentAnswersAtTheContractsPort()
    {
        var container = Pod.At("containers/0");
        Assert.Equal("metrics", container.Text("ports/0/name"));
        Assert.Equal("10793", container.Text("ports/0/containerPort"));
        Assert.Equal("/-/healthy", container.Text("livenessProbe/httpGet/path"));
        Assert.Equal("metrics", container.Text("livenessProbe/httpGet/port"));
        Assert.Equal("/-/ready", container.Text("readinessProbe/httpGet/path"));
        Assert.Equal("metrics", container.Text("readinessProbe/httpGet/port"));
        Assert.True(container.At("resources/requests").Has("cpu") && container.At("resources/limits").Has("memory"));
        Assert.False(container.At("resources/limits").Has("cpu"), "a throttled agent misses samples");
    }

    [Fact]
    public void TheArgumentsAreThoseOfTheAgent()
    {
        var arguments = Pod.Texts("containers/0/args");
        Assert.Equal("serve", arguments[0]);
        var flags = AgentFlags.Create().Flags.Select(flag => flag.Name).ToHashSet();
        Assert.All(arguments.Skip(1), argument => Assert.Contains(argument.Split('=')[0], flags));
        // --help ends the parse of a valid line with 0, of an invalid one with a message.
        Assert.Equal(0, CommandLineTests.Run([.. arguments, "--help"]).Exit);
    }

    [Fact]
    public void ServiceMonitorAndPolicySelectThePods()
    {
        var labels = Manifest("daemonset.yaml").At("spec/template/metadata/labels");
        const string Name = "app.kubernetes.io~1name";
        var (service, monitor, policy) = (Manifest("service.yaml"), Manifest("podmonitor.yaml"), Manifest("networkpolicy.yaml"));
        foreach (var selector in (YamlNode[])[
            Manifest("daemonset.yaml").At("spec/selector/matchLabels"), service.At("spec/selector"),
            monitor.At("spec/selector/matchLabels"), policy.At("spec/podSelector/matchLabels")])
            Assert.Equal("tcp-agent", ((YamlScalarNode)selector[Name.Replace("~1", "/", StringComparison.Ordinal)]).Value);
        Assert.Equal("tcp-agent", ((YamlScalarNode)labels["app.kubernetes.io/name"]).Value);
        Assert.Equal("10793", service.Text("spec/ports/0/port"));
        Assert.Equal("metrics", service.Text("spec/ports/0/targetPort"));
        Assert.Equal("metrics", monitor.Text("spec/podMetricsEndpoints/0/port"));
        Assert.Equal("/metrics", monitor.Text("spec/podMetricsEndpoints/0/path"));
        Assert.Equal("app.kubernetes.io/name", monitor.Text("spec/jobLabel"));
        Assert.Equal("10793", policy.Text("spec/ingress/0/ports/0/port"));
        Assert.False(service.At("metadata").Has("annotations"), "the PodMonitor finds the agents: nothing else may find them again");
        Assert.Equal(
            Manifest("priorityclass.yaml").Text("metadata/name"), Manifest("daemonset.yaml").Text("spec/template/spec/priorityClassName"));
        Assert.Empty(policy.List("spec/egress"));
    }

    /// <summary>make golden writes it: the same text as the rule files, moved under spec.</summary>
    [Fact]
    public void PrometheusRuleDocumentsAreTheRuleFiles()
    {
        var text = new StringBuilder(
            """
            # Written by make golden from the rule files of deploy/prometheus. Change those.
            apiVersion: monitoring.coreos.com/v1
            kind: PrometheusRule
            metadata:
              name: tcp-agent
              labels:
                app.kubernetes.io/name: tcp-agent
            spec:
              groups:

            """);
        foreach (var path in RuleFiles.Paths)
            foreach (var line in File.ReadLines(path).SkipWhile(line => line != "groups:").Skip(1))
                text.Append(line.Length == 0 ? "" : "  ").Append(line).Append('\n');
        GoldenFile.AssertEquals(Path.Combine(s_folder, "prometheusrule.yaml"), text.ToString());

        var groups = Manifest("prometheusrule.yaml").List("spec/groups").ToArray();
        Assert.Equal(RuleFiles.Paths.SelectMany(path => Yaml.Load(path).Single().List("groups")), groups);
        Assert.Equal(groups.Length, groups.Select(group => group.Text("name")).Distinct().Count());
    }
}
