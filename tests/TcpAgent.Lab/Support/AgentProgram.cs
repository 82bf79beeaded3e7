using System.Globalization;
using TcpAgent.Metrics;

namespace TcpAgent.Lab.Support;

/// <summary>The agent as it is shipped: the published executable.</summary>
static class AgentProgram
{
    static readonly string[] s_events = [.. new AgentEvents().Instruments.Select(instrument => instrument.Name)];

    /// <summary>How to run a verb. Under nohup the tests ignore SIGHUP and as a background job SIGINT, and a child inherits that.</summary>
    internal static (string File, string[] Arguments) Command(params string[] arguments) =>
        (Require.Tool("env", "coreutils"), ["--default-signal=HUP,INT", Published.Own.Program, .. arguments]);

    internal static Task<string> Print(params string[] arguments) => Child.Run(Published.Own.Program, ["print", .. arguments]);

    /// <summary>Inside a network namespace.</summary>
    internal static Task<string> PrintIn(NetworkNamespace place, params string[] arguments) =>
        place.Run(Published.Own.Program, ["print", .. arguments]);

    internal static Child Serve(int port, IDictionary<string, string>? environment = null, params string[] arguments)
    {
        var (file, all) = Command(["serve", $"--web.listen-address=127.0.0.1:{port}", .. arguments]);
        return Child.Start(file, all, environment);
    }

    /// <summary>How to run a verb as another user, without any capability.</summary>
    internal static (string File, string[] Arguments) AsNobody(params string[] arguments) => AsNobodyIn("-all", arguments);

    /// <summary>The same with one capability, as setpriv(1) names it.</summary>
    internal static (string File, string[] Arguments) AsNobodyWith(string capability, params string[] arguments) =>
        AsNobodyIn($"-all,+{capability}", arguments);

    static (string File, string[] Arguments) AsNobodyIn(string set, string[] arguments) => (
        Require.Tool("setpriv", "util-linux"),
        ["--reuid=65534", "--regid=65534", "--clear-groups", $"--inh-caps={set}", $"--ambient-caps={set}", $"--bounding-set={set}",
            Published.Own.Program, .. arguments]);

    /// <summary>Waits until a daemon has taken its first sample.</summary>
    internal static Task Sampled(Child daemon) => Eventually.Holds(
        () => Task.FromResult(daemon.Output.Contains("First sample taken", StringComparison.Ordinal)), TimeSpan.FromSeconds(20),
        () => daemon.Output);

    /// <summary>Whether a series counts an event of the agent's own, which the kernel knows nothing of.</summary>
    internal static bool IsOwnEvent(string series) => s_events.Any(name => series.StartsWith(name, StringComparison.Ordinal));

    /// <summary>Series and value of each sample line.</summary>
    internal static Dictionary<string, double> Parse(string exposition)
    {
        var values = new Dictionary<string, double>();
        foreach (var line in exposition.Split('\n'))
        {
            var space = line.LastIndexOf(' ');
            if (line.Length > 0 && line[0] != '#' && space > 0)
                values[line[..space]] = double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture);
        }
        return values;
    }
}

static class Eventually
{
    internal static async Task Holds(Func<Task<bool>> condition, TimeSpan within, Func<string> otherwise)
    {
        var end = DateTime.UtcNow + within;
        while (!await condition())
        {
            if (DateTime.UtcNow > end)
                Assert.Fail($"did not come about within {within.TotalSeconds} s: {otherwise()}");
            await Task.Delay(100);
        }
    }
}
