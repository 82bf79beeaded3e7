using System.Text.RegularExpressions;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Resources;

/// <summary>A resource or a source is not half done: whatever belongs to it is there, and a failure says where to add it.</summary>
public partial class CompletenessTests
{
    const string General = "TcpAgentResourceLimiting";

    /// <summary>Why no set of files can show the resource near its limit.</summary>
    static readonly Dictionary<string, string> s_noFixture = new()
    {
        ["cloud_bandwidth_in"] = "only the driver says it, and a loss takes two samples; CloudTests has recorded names",
        ["cloud_bandwidth_out"] = "the same",
        ["cloud_pps"] = "the same",
        ["cloud_conntrack"] = "the same",
        ["device_rx"] = "a ring has no level, and a loss takes two samples",
        ["nfqueue"] = "the kernel prints no limit, and a loss takes two samples",
        ["nat_ports"] = "the kernel counts no ports of NAT, and a loss takes two samples",
        ["syn_queue"] = "only sock_diag says a listener's limit",
        ["accept_queue"] = "only sock_diag says a listener's limit",
        ["accept_queue_unix"] = "AF_UNIX listeners are read through unix_diag",
        ["udp_receive"] = "receive buffers are read through sock_diag, and a loss takes two samples",
        ["ephemeral_ports"] = "ports are counted through sock_diag",
        ["ephemeral_ports_udp"] = "ports are counted through sock_diag",
        ["open_files"] = "a process is near its limit at a second look, and a set is read once",
        ["qdisc"] = "qdiscs are read through rtnetlink",
    };

    /// <summary>Why no scenario of the lab makes it limiting or near.</summary>
    static readonly Dictionary<string, string> s_noScenario = new()
    {
        ["cloud_bandwidth_in"] = "no lab has Amazon's network; CloudTests has recorded names",
        ["cloud_bandwidth_out"] = "the same",
        ["cloud_pps"] = "the same",
        ["cloud_conntrack"] = "the same",
        ["device_rx"] = "a veth device has no ring that could overrun; frames of an unknown protocol show what only looks like a loss",
        ["neighbour_v6"] = "the code is that of neighbour_v4, which has one",
        ["route_cache_v6"] = "without limit by default since Linux 6.3",
        ["fragments"] = "an alert case makes it, fragments whose rest never comes",
        ["nfqueue"] = "no program of the lab reads an NFQUEUE",
        ["file_handles"] = "fs.file-max is the whole host's: at the limit the lab itself could open nothing",
    };

    static readonly string s_rules = File.ReadAllText(Repo.Path("deploy", "prometheus", "alerts.rules.yml"));

    public static TheoryData<string> Resources => new(ResourceCatalog.All.Select(resource => resource.Name));

    public static TheoryData<string> SourceNames => new(SourceList.Names);

    [Theory]
    [MemberData(nameof(Resources))]
    public void AFixtureSetShowsItNearItsLimit(string resource) => AssertEither(
        Fixtures.Sets.SelectMany(set => Directory.GetFiles(Fixtures.Kept(set), "expected.*")).SelectMany(File.ReadLines)
            .Any(
                line => line == $"tcpagent_resource_state{{resource=\"{resource}\"}} 1"
                    || line == $"tcpagent_resource_state{{resource=\"{resource}\"}} 2"),
        s_noFixture.ContainsKey(resource),
        $"add files to a set of tests/fixtures (page-wrap has the full tables) that show {resource} at 80 percent of its limit and run "
        + "make golden, or add the reason to s_noFixture",
        $"a fixture set shows {resource} near: take it out of s_noFixture");

    [Theory]
    [MemberData(nameof(Resources))]
    public void AScenarioMakesItLimitingOrNear(string resource) => AssertEither(
        Directory.GetFiles(Repo.Path("tests", "TcpAgent.Lab", "Scenarios"), "*Scenarios.cs")
            .SelectMany(file => Scenario().Matches(File.ReadAllText(file)))
            .Any(match => match.Groups[1].Value.Contains($"\"{resource}\"", StringComparison.Ordinal)),
        s_noScenario.ContainsKey(resource),
        $"add a scenario that expects [\"{resource}\"] to tests/TcpAgent.Lab/Scenarios, or the reason to s_noScenario",
        $"a scenario makes {resource}: take it out of s_noScenario");

    [Theory]
    [MemberData(nameof(Resources))]
    public void AnAlertAndItsRunbookSayLimiting(string resource)
    {
        var alerts = Alert().Split(s_rules)[1..].Where(alert => alert.Contains("verdict: limiting", StringComparison.Ordinal)).ToArray();
        var general = alerts.Single(alert => alert.StartsWith(General, StringComparison.Ordinal));
        var names = Excluded().Match(general).Groups[1].Value.Split('|').Contains(resource)
            ? alerts.Where(alert => Regex.IsMatch(alert, $"resource_state\\{{resource=~?\"([a-z0-9_|]+\\|)?{resource}[|\"]")).ToArray()
            : [general];
        Assert.True(
            names.Length > 0,
            $"add an alert on tcpagent_resource_state{{resource=\"{resource}\"}} == 2 to deploy/prometheus/alerts.rules.yml: {General} "
            + "leaves it out");
        var runbooks = File.ReadAllText(Repo.Path("docs", "operations.md")).Split("\n### ");
        foreach (var name in names.Select(alert => alert.Split('\n')[0].Trim()))
        {
            var runbook = runbooks.FirstOrDefault(section => section.Split('\n')[0] == name);
            Assert.True(runbook is not null, $"add a runbook heading '### {name}' to docs/operations.md");
            Assert.True(
                name != General || runbook.Contains($"`{resource}`", StringComparison.Ordinal),
                $"add to '### {General}' of docs/operations.md what it means that `{resource}` is full");
        }
    }

    [Theory]
    [MemberData(nameof(Resources))]
    public void ItHasAdvice(string name)
    {
        var row = ResourceCatalog.All.Single(resource => resource.Name == name);
        var report = new ResourceReport(row, ResourceState.Limiting) { Losses = 3, Limit = 7, Peak = 7 };
        var thrown = Record.Exception(() => ResourceAdvice.Explain(report, new SampleView(new Snapshot([]))));
        Assert.True(thrown is null, $"add a row for {name} to src/TcpAgent/Verdict/Advice/ResourceAdvice.cs: {thrown}");
        foreach (var (what, sentences) in ((string, List<string>)[])
            [("evidence", report.Evidence), ("advice", report.Advice), ("what will not fix it", report.WillNotFix)])
            Assert.True(sentences.Count > 0, $"the advice of {name} in src/TcpAgent/Verdict/Advice has no {what}");
    }

    /// <summary>
    /// A source of type Devices is tested by DevicesTests, or by NetlinkDevicesTests and ProcDevicesTests. TextSourceTests is that of four.
    /// </summary>
    [Theory]
    [MemberData(nameof(SourceNames))]
    public void ASourceHasATestFile(string name)
    {
        var sources = SourceList.Open(
            new KernelRoot("/nonexistent", "/nonexistent", Live: false), SamplingOptions.Default, new ManualTime());
        var type = sources.Single(source => source.Name == name).GetType().Name;
        sources.ForEach(source => source.Dispose());
        Assert.True(
            Directory.GetFiles(Repo.Path("tests", "TcpAgent.Tests", "Sources"), $"*{type}Tests.cs", SearchOption.AllDirectories).Length > 0,
            $"add {type}Tests.cs to tests/TcpAgent.Tests/Sources: the source {name} has no test file of its own");
    }

    [Fact]
    public void ReasonsAreOfResources() =>
        Assert.Empty(s_noFixture.Keys.Concat(s_noScenario.Keys).Except(ResourceCatalog.All.Select(resource => resource.Name)));

    static void AssertEither(bool isThere, bool hasReason, string add, string remove)
    {
        Assert.True(isThere || hasReason, add);
        Assert.False(isThere && hasReason, remove);
    }

    /// <summary>The name of a scenario and the resources that it expects.</summary>
    [GeneratedRegex("new\\(\"[^\"]+\", \\[([^\\]]*)\\]")]
    private static partial Regex Scenario();

    [GeneratedRegex("- alert: ")]
    private static partial Regex Alert();

    [GeneratedRegex("resource!~\"([a-z0-9_|]+)\"")]
    private static partial Regex Excluded();
}
