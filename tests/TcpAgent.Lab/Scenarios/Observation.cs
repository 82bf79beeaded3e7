using System.Text.Json;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>What was seen of one scenario: by the agent, and by the kernel's own counts before, during and after.</summary>
/// <param name="Document">Of `why --json`.</param>
/// <param name="ExitCode">Of the same.</param>
/// <param name="Exposition">Of `print`, after as long a watch.</param>
sealed record Observation(
    JsonElement Document, int ExitCode, Dictionary<string, double> Exposition,
    Dictionary<string, double> Before, Dictionary<string, double> During, Dictionary<string, double> After)
{
    internal static async Task<Dictionary<string, double>> ReadKernel(Stage stage, Place place)
    {
        var (file, arguments) = TrafficProgram.Command(Kind.KernelCounters);
        var json = await stage.Run(place, file, arguments);
        return JsonSerializer.Deserialize<Dictionary<string, double>>(json.Output)!;
    }

    /// <summary>Makes a scenario's condition and watches it.</summary>
    internal static async Task<Observation> Of(Scenario scenario, Stage stage)
    {
        var before = await ReadKernel(stage, scenario.Watch);
        await scenario.Make(stage);
        await Await(scenario, stage, before);
        var (file, arguments) = Command(scenario, "why", "--json", $"--for={scenario.Seconds}s");
        var why = stage.Run(scenario.Watch, file, arguments);
        (file, arguments) = Command(scenario, "print", $"--samples={scenario.Seconds + 1}");
        var print = stage.Run(scenario.Watch, file, arguments);
        await Task.Delay(TimeSpan.FromSeconds(1));

        // What was counted by now is in the last sample, unless this reading itself came late.
        var during = await ReadKernel(stage, scenario.Watch);
        during = print.IsCompleted ? before : during;
        var (verdict, exposition) = (await why, await print);
        var after = await ReadKernel(stage, scenario.Watch);
        await stage.EndTraffic();
        return new(
            JsonDocument.Parse(verdict.Output).RootElement, verdict.Code, AgentProgram.Parse(exposition.Output), before, during, after);
    }

    static (string File, string[] Arguments) Command(Scenario scenario, params string[] arguments) =>
        scenario.AsNobody ? AgentProgram.AsNobody(arguments) : AgentProgram.Command(arguments);

    /// <summary>Waits until the kernel shows the condition.</summary>
    static async Task Await(Scenario scenario, Stage stage, Dictionary<string, double> before)
    {
        if (scenario.Awaited.Length == 0)
            return;
        // A namespace of the stage started with none.
        double Had(Signal signal) => scenario.AwaitedAt is null ? before.GetValueOrDefault(signal.Kernel) : 0;
        var wanted = scenario.Awaited.SelectMany(one => new[] { one.Signal.Kernel, $"{Had(one.Signal) + one.AtLeast}" });
        var (file, arguments) = TrafficProgram.Command(Kind.UntilCounted, [.. wanted]);
        var (code, output) = await stage.Run(scenario.AwaitedAt ?? scenario.Watch, file, arguments);
        Assert.True(code == 0, $"the condition was not made: {output}");
    }

    internal double Rise(string counter) => After.GetValueOrDefault(counter) - Before.GetValueOrDefault(counter);

    /// <summary>The agent shows what the kernel counted at the time.</summary>
    internal void AssertShown(Signal signal)
    {
        var (one, other) = (During.GetValueOrDefault(signal.Kernel), After.GetValueOrDefault(signal.Kernel));
        foreach (var series in signal.Series)
        {
            var shown = Signal.Sum(Exposition, series);
            Assert.True(
                shown >= Math.Min(one, other) && shown <= Math.Max(one, other),
                $"{series} is {shown}, the kernel's {signal.Kernel} was {one} during and {other} after the watch");
        }
    }

    /// <summary>
    /// Each listener's drops are those that the kernel holds its sockets to account for; with those on no listener's account they are the
    /// host's.
    /// </summary>
    internal void AssertDropsAreAccountedFor()
    {
        Assert.Equal(0, Exposition["tcpagent_listeners_omitted"]);
        // On the host, listeners of others come and go.
        foreach (var listener in After.Keys.Where(one =>
            one.StartsWith("listener_drops{", StringComparison.Ordinal) && During.ContainsKey(one)))
            AssertShown(new(listener, $"tcpagent_{listener.Replace("{", "_total{", StringComparison.Ordinal)}"));
        var attributed = Exposition.Where(one => one.Key.StartsWith("tcpagent_listener_drops_total{", StringComparison.Ordinal))
            .Sum(one => one.Value);
        Assert.Equal(Exposition["tcpagent_tcp_listen_drops_total"], attributed + Exposition["tcpagent_listener_drops_unattributed"]);
        AssertShown(Signals.ListenDrops);
    }

    /// <summary>The states that are exported name whom the document names.</summary>
    internal void AssertStatesAreShown()
    {
        foreach (var (name, value) in ((string, double)[])[("near", 1), ("limiting", 2)])
        {
            var stated = Document.GetProperty("resources").EnumerateArray().Where(one => one.GetProperty("state").GetString() == name)
                .Select(one => $"tcpagent_resource_state{{resource=\"{one.GetProperty("resource").GetString()}\"}}");
            var shown = Exposition.Where(
                one => one.Key.StartsWith("tcpagent_resource_state{", StringComparison.Ordinal) && one.Value == value);
            Assert.Equal(stated.Order(), shown.Select(one => one.Key).Order());
        }
    }

    /// <summary>Every count that rose, for the reader of the test's output.</summary>
    internal string Risen() =>
        string.Join(' ', After.Keys.Where(name => Rise(name) > 0).Order().Select(name => $"{name}+{Rise(name)}"));
}
