using System.Text.Json;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Scenarios;

/// <summary>
/// Each condition is made on the real kernel, watched by `why` and `print`, and the right limiter must be named and nothing else.
/// </summary>
[Collection(WholeHost.Name)]
[TestCaseOrderer("TcpAgent.Lab.Scenarios.TableOrder", "TcpAgent.Lab")]
[Trait("Category", "root")]
public sealed class ScenarioTests(ConfusionMatrix matrix, SideBySide runs, ITestOutputHelper output)
    : IClassFixture<ConfusionMatrix>, IClassFixture<SideBySide>
{
    internal static readonly Scenario[] All =
    [
        .. ListenerScenarios.All, .. ApplicationScenarios.All, .. SocketScenarios.All, .. PortScenarios.All, .. TableScenarios.All,
        .. PacketScenarios.All, .. RuleScenarios.All, .. PeerScenarios.All, .. ConnectionScenarios.All,
        .. LookAlikeScenarios.All,
    ];

    public static TheoryData<string> Names => new(All.Select(scenario => scenario.Name));

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task TheRightLimiterIsNamedAndNothingElse(string name)
    {
        var scenario = All.Single(one => one.Name == name);
        matrix.Add(name, "condition not made");
        try
        {
            var seen = await runs.Of(scenario);
            output.WriteLine(
                $"The kernel counted {seen.Risen()}\nUnattributed "
                + $"{seen.Exposition["tcpagent_listener_drops_unattributed"]}\n{JsonSerializer.Serialize(seen.Document)}");
            foreach (var (signal, least) in scenario.Counted)
                Assert.True(
                    seen.Rise(signal.Kernel) >= least, $"{signal.Kernel} rose by {seen.Rise(signal.Kernel)}: the condition was not made");
            foreach (var signal in scenario.Still)
                Assert.True(
                    seen.Rise(signal.Kernel) == 0, $"{signal.Kernel} rose by {seen.Rise(signal.Kernel)}: another condition was made");
            matrix.Add(name, scenario.ConclusionOf(seen.Document));
            AssertConcluded(scenario, seen);
            AssertShown(scenario, seen);
        }
        catch (SkipException)
        {
            matrix.Add(name, ConfusionMatrix.Skipped);
            throw;
        }
    }

    static void AssertConcluded(Scenario scenario, Observation seen)
    {
        Assert.Equal(scenario.Conclusion, scenario.ConclusionOf(seen.Document));
        Assert.Equal(scenario.ExitCode, seen.ExitCode);
        foreach (var resource in seen.Document.GetProperty("resources").EnumerateArray())
            if (resource.GetProperty("state").GetString() is "limiting" or "near")
                Assert.True(resource.GetProperty("evidence").GetArrayLength() > 0 && resource.GetProperty("advice").GetArrayLength() > 0);
        AssertSaid(scenario, seen.Document);
        scenario.Also?.Invoke(seen.Document);
    }

    static void AssertSaid(Scenario scenario, JsonElement document)
    {
        if (scenario.Expected.Length > 0)
            Assert.Contains(scenario.Subject, document.Resource(scenario.Expected[0]).Subject(), StringComparison.Ordinal);
        foreach (var words in scenario.Says)
            Assert.True(Has(document.AllText("evidence", "advice", "will_not_fix"), words), $"nothing says {words}");
        foreach (var words in scenario.SaysNot)
            Assert.False(Has(document.AllText("evidence", "advice"), words), $"something says {words}");
    }

    static bool Has(string text, string words) => words.Split('|').Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    static void AssertShown(Scenario scenario, Observation seen)
    {
        var awaited = scenario.Awaited.Where(one => one.Signal.IsCounter);
        foreach (var (signal, _) in scenario.AwaitedAt is null ? scenario.Counted.Concat(awaited) : scenario.Counted)
            seen.AssertShown(signal);
        foreach (var signal in scenario.Still)
            seen.AssertShown(signal);
        foreach (var (series, value) in scenario.Shown)
            Assert.True(seen.Exposition.TryGetValue(series, out var shown) && shown == value, $"{series} is {shown}, not {value}");
        seen.AssertStatesAreShown();
        seen.AssertDropsAreAccountedFor();
    }

    /// <summary>After all scenarios: for each, the agent concluded what was made.</summary>
    [SkippableFact]
    public void TheConfusionMatrixIsTheIdentity()
    {
        Support.Require.Root();
        output.WriteLine(matrix.ToString());
        var folder = Directory.CreateDirectory(Repo.Path("artifacts"));
        File.WriteAllText(Path.Combine(folder.FullName, "confusion-matrix.md"), matrix.ToString());
        Assert.Empty(matrix.Wrong);
    }
}
