namespace TcpAgent.Lab.Scenarios;

/// <summary>
/// Runs scenarios, each in network namespaces of its own: some at a time, and those that reach beyond their namespaces alone. Tests ask
/// for one after another; the first question starts all that will be asked for.
/// </summary>
public sealed class SideBySide
{
    /// <summary>Most of a scenario is waiting: on a machine with two CPUs this many take one CPU together.</summary>
    const int AtOnce = 4;

    /// <summary>Longer than any watch: it ends with the scenario.</summary>
    const int TrafficSeconds = 60;

    readonly Lazy<Dictionary<string, Task<Observation>>> _started = new(Start);

    /// <summary>The names of those that this run of the tests asks for.</summary>
    internal static string[] Chosen { get; set; } = [];

    internal async Task<Observation> Of(Scenario scenario)
    {
        if (_started.Value.TryGetValue(scenario.Name, out var run))
            return await run;
        await ((Task)Task.WhenAll(_started.Value.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await Run(scenario);
    }

    static Dictionary<string, Task<Observation>> Start()
    {
        var turn = new SemaphoreSlim(AtOnce);
        async Task<Observation> InTurn(Scenario scenario)
        {
            await turn.WaitAsync();
            try
            {
                return await Run(scenario);
            }
            finally
            {
                turn.Release();
            }
        }

        return ScenarioTests.All.Where(one => !one.Alone && Chosen.Contains(one.Name))
            .ToDictionary(one => one.Name, one => Task.Run(() => InTurn(one)));
    }

    static async Task<Observation> Run(Scenario scenario)
    {
        await using var stage = await Stage.Create(TrafficSeconds);
        var seen = await Observation.Of(scenario, stage);
        var reachesHost = stage.ReachesHost || scenario.Watch == Place.Host;
        Assert.True(scenario.Alone || !reachesHost, "it reaches beyond its namespaces: make it run alone");
        return seen;
    }
}
