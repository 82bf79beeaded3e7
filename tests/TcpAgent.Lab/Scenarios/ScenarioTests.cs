using System.Text;
using System.Text.Json;
using TcpAgent.Lab.Support;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Scenarios;

/// <summary>What was concluded of each scenario; written out when all have run.</summary>
public sealed class ConfusionMatrix : IDisposable
{
    readonly List<(string Scenario, string Expected, string Concluded)> _rows = [];

    internal void Add(string scenario, string expected, string concluded) => _rows.Add((scenario, expected, concluded));

    public void Dispose()
    {
        var text = new StringBuilder("| scenario | expected | concluded | |\n| --- | --- | --- | --- |\n");
        foreach (var (scenario, expected, concluded) in _rows)
            text.Append($"| {scenario} | {expected} | {concluded} | {(expected == concluded ? "=" : "WRONG")} |\n");
        var folder = Repo.Path("artifacts");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "confusion-matrix.md"), text.ToString());
    }
}

/// <summary>
/// Each condition is made on the real kernel, watched by `why`, and the right limiter must be named and nothing else. One after
/// another: some change a setting of the host for moments.
/// </summary>
public sealed class ScenarioTests(ConfusionMatrix matrix, ITestOutputHelper output) : IClassFixture<ConfusionMatrix>
{
    internal static readonly Scenario[] All = [.. ListenerScenarios.All, .. TableScenarios.All, .. PacketScenarios.All];

    public static TheoryData<string> Names => new(All.Select(scenario => scenario.Name));

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task TheRightLimiterIsNamedAndNothingElse(string name)
    {
        var scenario = All.Single(one => one.Name == name);
        await using var stage = await Stage.Create();
        await scenario.Make(stage);
        var document = await stage.Why(scenario.Watch);
        var (expected, concluded) = (Text(scenario.Verdict, scenario.Expected), Text(document.Verdict(), document.Blamed()));
        if (scenario.Verdict == "near or limiting" && document.Verdict() is "near" or "limiting")
            expected = Text(document.Verdict(), scenario.Expected);
        matrix.Add(name, expected, concluded);
        output.WriteLine(JsonSerializer.Serialize(document));
        if (scenario.Counter is { } counter)
            Assert.True(await Kernel(stage, scenario.Watch, counter) > 0, $"{counter} did not move: the condition was not made");
        Assert.Equal(expected, concluded);
        foreach (var resource in document.GetProperty("resources").EnumerateArray())
            if (resource.GetProperty("state").GetString() is "limiting" or "near")
                Assert.True(resource.GetProperty("evidence").GetArrayLength() > 0 && resource.GetProperty("advice").GetArrayLength() > 0);
        scenario.Also?.Invoke(document);
        await AssertDropsAreAccountedFor(stage);
    }

    static string Text(string verdict, string[] blamed) => blamed.Length == 0 ? verdict : $"{verdict}: {string.Join(", ", blamed.Order())}";

    static async Task<double> Kernel(Stage stage, Place place, string counter)
    {
        var listing = await (place == Place.Client ? stage.Client : stage.Server).Run(Require.Tool("nstat", "iproute2"), "-asz", counter);
        return double.Parse(
            listing.Split('\n').Single(line => line.StartsWith(counter, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The drops of all listeners and those that are on no listener's account are the host's.</summary>
    static async Task AssertDropsAreAccountedFor(Stage stage)
    {
        var series = AgentProgram.Parse(await AgentProgram.PrintIn(stage.Server));
        var listeners = series.Where(one => one.Key.StartsWith("tcpagent_listener_drops_total", StringComparison.Ordinal)).Sum(one => one.Value);
        Assert.Equal(series["tcpagent_tcp_listen_drops_total"], listeners + series["tcpagent_listener_drops_unattributed"]);
    }
}
