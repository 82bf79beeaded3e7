using System.Text.Json;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Alerting;

/// <summary>One alert as it reached the webhook.</summary>
sealed record Notification(string Receiver, string Status, string Alert, Dictionary<string, string> Labels, string Summary);

/// <summary>
/// Agents, Prometheus, Alertmanager and a webhook receiver on the loopback of one place, the host or a namespace, with the
/// configurations that are shipped; only their ports and their time differ.
/// </summary>
sealed class AlertChain : IAsyncDisposable
{
    static readonly string s_rules = Repo.Path("deploy", "prometheus");

    readonly NetworkNamespace? _place;
    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-alerts-").FullName;
    readonly (int Prometheus, int Alertmanager, int Webhook) _ports = (Ports.Free(), Ports.Free(), Ports.Free());
    readonly List<Child> _children = [];
    Child _prometheus = null!, _webhook = null!;

    AlertChain(NetworkNamespace? place) => _place = place;

    /// <param name="place">Null for the host itself.</param>
    /// <param name="agents">Ports of the agents, which need not run yet.</param>
    /// <param name="scaled">A minute of the rules is a second.</param>
    internal static async Task<AlertChain> Start(NetworkNamespace? place, int[] agents, bool scaled = true)
    {
        var chain = new AlertChain(place);
        try
        {
            await chain.Start(agents, scaled);
            return chain;
        }
        catch
        {
            await chain.DisposeAsync();
            throw;
        }
    }

    async Task Start(int[] agents, bool scaled)
    {
        var prometheus = Require.Tool("prometheus", "prometheus");
        var alertmanager = Require.Tool("prometheus-alertmanager", "prometheus-alertmanager");
        foreach (var file in Directory.GetFiles(s_rules, "*.rules.yml"))
            await File.WriteAllTextAsync(
                Path.Combine(_folder, Path.GetFileName(file)), scaled
                    ? ScaledTime.Rules(await File.ReadAllTextAsync(file))
                    : await File.ReadAllTextAsync(file));
        await Configure(agents, scaled);

        File.Copy(Repo.Path("deploy", "alertmanager", "tcp-agent.tmpl"), $"{_folder}/tcp-agent.tmpl");
        var routes = await File.ReadAllTextAsync(Repo.Path("deploy", "alertmanager", "alertmanager.yml"));
        routes = ScaledTime.Replace(routes, "http://127.0.0.1:8060/", $"http://127.0.0.1:{_ports.Webhook}/");
        await File.WriteAllTextAsync($"{_folder}/alertmanager.yml", scaled ? ScaledTime.Routes(routes) : routes);

        _webhook = Run(Kind.Webhook, $"{_ports.Webhook}");
        Run(alertmanager, $"--config.file={_folder}/alertmanager.yml", $"--storage.path={_folder}/alertmanager",
            $"--web.listen-address=127.0.0.1:{_ports.Alertmanager}", "--cluster.listen-address=");
        _prometheus = Run(
            prometheus, $"--config.file={_folder}/prometheus.yml", $"--storage.tsdb.path={_folder}/tsdb",
            $"--web.listen-address=127.0.0.1:{_ports.Prometheus}");
        await Eventually.Holds(async () => (await Ask("vector(1)")).Length == 1, TimeSpan.FromSeconds(20), () => _prometheus.Output);
    }

    /// <summary>The shipped list of targets becomes these ports.</summary>
    async Task Configure(int[] agents, bool scaled)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(s_rules, "prometheus.yml"));
        text = ScaledTime.Replace(text, "\"localhost:10793\"", string.Join(", ", agents.Select(port => $"\"localhost:{port}\"")));
        text = ScaledTime.Replace(text, "localhost:9093", $"localhost:{_ports.Alertmanager}");
        if (scaled)
            text = ScaledTime.Replace(
                ScaledTime.Replace(text, "scrape_interval: 15s", "scrape_interval: 1s"), "evaluation_interval: 30s",
                "evaluation_interval: 1s");
        await File.WriteAllTextAsync($"{_folder}/prometheus.yml", text);
    }

    /// <summary>Prometheus goes on with other targets.</summary>
    internal async Task Scrape(params int[] agents)
    {
        await Configure(agents, scaled: true);
        await _prometheus.Signal("HUP");
    }

    /// <summary>Starts an agent of scaled time in the chain's place and waits for its first sample.</summary>
    internal async Task<Child> Agent(int port, params string[] arguments)
    {
        var agent = RunAgent(port, [ScaledTime.PeakWindow, .. arguments]);
        await AgentProgram.Sampled(agent);
        return agent;
    }

    /// <summary>Starts an agent, whose time is not scaled.</summary>
    internal Child RunAgent(int port, params string[] arguments)
    {
        var (file, all) = AgentProgram.Command(["serve", $"--web.listen-address=127.0.0.1:{port}", .. arguments]);
        return Run(file, all);
    }

    /// <summary>Starts something in the chain's place; it ends with the chain.</summary>
    internal Child Run(string file, params string[] arguments)
    {
        var child = _place is null ? Child.Start(file, arguments) : _place.Start(file, arguments);
        _children.Add(child);
        return child;
    }

    internal Child Run(Kind kind, params string[] arguments)
    {
        var (file, all) = TrafficProgram.Command(kind, arguments);
        return Run(file, all);
    }

    Task<string> RunToEnd(string file, params string[] arguments) => _place is null
        ? Child.Run(file, arguments)
        : _place.Run(file, arguments);

    /// <summary>What Prometheus answers to an instant query: labels and value of each series; none while it does not answer.</summary>
    internal async Task<(Dictionary<string, string> Labels, string Value)[]> Ask(string expression)
    {
        var file = $"{_folder}/{Path.GetRandomFileName()}";
        await File.WriteAllTextAsync(file, expression);
        var (program, arguments) = TrafficProgram.Command(Kind.Ask, $"{_ports.Prometheus}", file);
        var answer = await RunToEnd(program, arguments);
        File.Delete(file);
        using var document = JsonDocument.Parse(answer);
        return document.RootElement.TryGetProperty("data", out var data)
            ? [.. data.GetProperty("result").EnumerateArray().Where(one => one.ValueKind == JsonValueKind.Object).Select(one =>
                (Strings(one.GetProperty("metric")), one.GetProperty("value")[1].GetString()!))]
            : [];
    }

    /// <summary>Alerts that have fired since the start, held back by Alertmanager or not.</summary>
    internal Task<string[]> Fired() => Alerts("last_over_time(ALERTS{alertstate=\"firing\"}[2h])");

    /// <summary>Alerts whose condition has held without a break for a number of seconds, whether they wait or fire.</summary>
    internal Task<string[]> TrueFor(double seconds) => Alerts(FormattableString.Invariant($"time() - ALERTS_FOR_STATE >= {seconds}"));

    /// <summary>Names of the alerts among some series.</summary>
    async Task<string[]> Alerts(string expression) =>
        [.. (await Ask($"count by (alertname) ({expression})")).Select(one => one.Labels["alertname"]).Order(StringComparer.Ordinal)];

    /// <summary>What has reached the webhook.</summary>
    internal Notification[] Arrived =>
        [.. _webhook.Output.Split('\n').Where(line => line.Contains('{', StringComparison.Ordinal)).Select(line =>
    {
        var parts = line.Split(' ', 3);
        using var document = JsonDocument.Parse(parts[2]);
        var labels = Strings(document.RootElement.GetProperty("labels"));
        return new Notification(
            parts[0], parts[1], labels["alertname"], labels,
            document.RootElement.GetProperty("annotations").GetProperty("summary").GetString()!);
    })];

    /// <summary>Runs amtool.</summary>
    internal Task<string> Amtool(params string[] arguments) =>
        RunToEnd(
            Require.Tool("amtool", "prometheus-alertmanager"),
            [$"--alertmanager.url=http://127.0.0.1:{_ports.Alertmanager}", .. arguments]);

    /// <summary>Names of the alerts that Alertmanager holds back.</summary>
    internal async Task<string[]> HeldBack()
    {
        using var document = JsonDocument.Parse(await Amtool("alert", "query", "--output=json", "--inhibited"));
        return [.. document.RootElement.EnumerateArray()
            .Where(alert => alert.GetProperty("status").GetProperty("inhibitedBy").GetArrayLength() > 0)
            .Select(alert => alert.GetProperty("labels").GetProperty("alertname").GetString()!)];
    }

    internal async Task<string> Summary() =>
        $"pending: {string.Join(", ", (await Ask("ALERTS{alertstate=\"pending\"}")).Select(one => one.Labels["alertname"]))}\nfired: "
        + $"{string.Join(", ", await Fired())}\narrived: "
        + $"{string.Join(", ", Arrived.Select(one => $"{one.Alert} {one.Status}").Distinct())}";

    static Dictionary<string, string> Strings(JsonElement element) =>
        element.EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString()!);

    public async ValueTask DisposeAsync()
    {
        for (; _children.Count > 0; _children.RemoveAt(_children.Count - 1))
            await _children[^1].DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
