using System.Text.Json;
using System.Text.RegularExpressions;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Fleet;

/// <summary>Debian's VictoriaMetrics as the store of a fleet, and its vmalert with the rules of deploy/prometheus.</summary>
sealed partial class VictoriaMetrics : IAsyncDisposable
{
    const string Package = "victoria-metrics";

    readonly string _folder;
    readonly HttpClient _client;
    readonly (int Record, int Alert) _rulePorts = (Ports.Free(), Ports.Free());
    readonly List<Child> _rules = [];
    Child? _store;

    internal VictoriaMetrics(string folder)
    {
        _folder = folder;
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}") };
    }

    internal int Port { get; } = Ports.Free();

    internal string Output => $"{_store?.Output}\n{string.Join('\n', _rules.Select(one => one.Output))}";

    /// <summary>
    /// Starts the store over what it has in the folder. Without the latency offset it answers with what it has, not with that of 30 s ago;
    /// a sample that was sent twice counts once.
    /// </summary>
    internal void Start() => _store = Child.Start(
        Require.Tool("victoria-metrics", Package),
        [$"-storageDataPath={_folder}/store", $"-httpListenAddr=127.0.0.1:{Port}", "-search.latencyOffset=0s",
            "-dedup.minScrapeInterval=1ms", "-memory.allowedBytes=512MB", "-loggerLevel=WARN"]);

    /// <summary>Stops it as systemctl does.</summary>
    internal async Task Stop()
    {
        await _store!.Signal("TERM");
        Assert.Equal(0, await _store.Exited(TimeSpan.FromSeconds(60)));
        await _store.DisposeAsync();
    }

    /// <summary>
    /// Evaluates the rule files against the store, and records into it. A rule that rests on another sees what that one recorded in the
    /// evaluation before, so those that record are evaluated more often than the alerts, which are expensive: each asks for what it says.
    /// </summary>
    internal async Task StartRules()
    {
        var rules = Repo.Path("deploy", "prometheus");
        var alerts = await File.ReadAllTextAsync($"{rules}/alerts.rules.yml");
        await File.WriteAllTextAsync($"{_folder}/alerts.yml", Younger().Replace(alerts, ""));
        _rules.Add(Vmalert(_rulePorts.Record, 5, $"{rules}/recording.rules.yml", $"{rules}/fleet.rules.yml"));
        _rules.Add(Vmalert(_rulePorts.Alert, 20, $"{_folder}/alerts.yml"));
    }

    Child Vmalert(int port, int seconds, params string[] files) => Child.Start(
        Require.Tool("vmalert", Package),
        [.. files.Select(file => $"-rule={file}"), $"-datasource.url=http://127.0.0.1:{Port}", $"-remoteWrite.url=http://127.0.0.1:{Port}",
            "-remoteWrite.flushInterval=1s", "-datasource.queryTimeAlignment=false", $"-notifier.url=http://127.0.0.1:{Ports.Free()}",
            $"-evaluationInterval={seconds}s", $"-httpListenAddr=127.0.0.1:{port}", "-loggerLevel=ERROR"]);

    /// <summary>The rules by name, with what is wrong with each: "" if nothing is. Empty while vmalert does not answer.</summary>
    internal async Task<(string Name, string Error)[]> Rules() =>
        [.. from one in (await Listed(_rulePorts.Record, "rules", "groups")).Concat(await Listed(_rulePorts.Alert, "rules", "groups"))
            from rule in one.GetProperty("rules").EnumerateArray()
            select (rule.GetProperty("name").GetString()!, rule.GetProperty("health").GetString() == "ok"
                ? rule.GetProperty("lastError").GetString()!
                : $"{rule}")];

    /// <summary>How many alerts of a name are pending or fire.</summary>
    internal async Task<int> Alerts(string name) =>
        (await Listed(_rulePorts.Alert, "alerts", "alerts")).Count(one => one.GetProperty("name").GetString() == name);

    /// <summary>The series that an instant query finds; null while the store does not answer.</summary>
    internal Task<JsonElement[]?> Query(string query) => PrometheusApi.Query(_client, query);

    /// <summary>How many series it finds.</summary>
    internal async Task<int> Count(string query) => (await Query(query))?.Length ?? -1;

    async Task<JsonElement[]> Listed(int port, string path, string list)
    {
        try
        {
            using var document = JsonDocument.Parse(await _client.GetStringAsync($"http://127.0.0.1:{port}/api/v1/{path}"));
            return [.. document.RootElement.GetProperty("data").GetProperty(list).EnumerateArray().Select(one => one.Clone())];
        }
        catch (HttpRequestException)
        {
            return [];
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (var child in _rules)
            await child.DisposeAsync();
        if (_store is not null)
            await _store.DisposeAsync();
    }

    /// <summary>What later versions know: keep_firing_for (1.92), and toTime for the link to the history (1.81).</summary>
    [GeneratedRegex(@"(?m)^ +(keep_firing_for: .*|history_url: (\*history_url|&history_url '[^']*'))\n")]
    private static partial Regex Younger();
}
