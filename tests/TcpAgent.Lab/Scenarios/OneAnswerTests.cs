using System.Globalization;
using System.Text.Json;
using TcpAgent.Lab.Alerting;
using TcpAgent.Lab.Page;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>
/// One outage, asked in every way in which a person meets it: the log, the alert, `why`, the page, the API and the metrics name the same
/// resource and the same listener, in the same words where each has words, with the same numbers.
/// </summary>
[Collection(WholeHost.Name)]
[Trait("Category", "browser")]
[Trait("Category", "root")]
public sealed class OneAnswerTests : IAsyncLifetime
{
    const string Resource = "accept_queue", Subject = $"{Stage.Server4}:8080", Alert = "TcpAgentAcceptQueueOverflowing";

    /// <summary>The window holds the whole outage, so that no loss leaves it while the answers are compared.</summary>
    const string Window = "--sample.peak-window=30m";

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    readonly int _port = Ports.Free();
    Stage _stage = null!;
    AlertChain _chain = null!;
    Child _agent = null!;
    VerdictPoll _poll = null!;

    string Socket => _stage.PathOf("query.sock");

    public Task InitializeAsync() => Task.CompletedTask;

    [SkippableFact]
    public async Task EverybodyIsToldTheSame()
    {
        Require.Tool("chromium", "chromium");
        for (var tries = 1; !await TheLogSaysWhatTheVerdictOfItsSecondSays(); tries++)
        {
            Assert.True(tries < 5, "the verdict of the log's second was missed in each outage");
            await DisposeAsync();
        }

        var alert = await Arrived();
        await CutOff();
        var verdict = await AtRest();
        var queue = verdict.Resource(Resource);
        var (headline, losses) = (queue.GetProperty("headline").GetString()!, queue.GetProperty("losses").GetInt64());
        Assert.Equal("Port 8080 is not accepting: accept queue full, 5 of 4", headline);
        Assert.Equal(headline, verdict.GetProperty("headline").GetString());
        Assert.Equal([Resource], verdict.Blamed());
        Assert.Equal((Subject, 5, 4), (queue.Subject(), queue.GetProperty("used").GetInt32(), queue.GetProperty("limit").GetInt32()));

        AssertSays(alert, queue);
        await AssertMetricsSay(queue.GetProperty("losses_total").GetInt64());
        await AssertShellSays(headline, losses);
        await AssertPageSays(headline, losses);

        // It was the same answer all the time.
        var still = (await _poll.Ask()).Resource(Resource);
        Assert.Equal((headline, losses), (still.GetProperty("headline").GetString(), still.GetProperty("losses").GetInt64()));
    }

    /// <summary>A listener with a backlog of 4 that never accepts, and sixty clients a second. False if a sample was missed.</summary>
    async Task<bool> TheLogSaysWhatTheVerdictOfItsSecondSays()
    {
        _stage = await Stage.Create(seconds: 900);
        _chain = await AlertChain.Start(_stage.Server, [_port]);
        _agent = _chain.RunAgent(_port, Window, $"--query.socket={Socket}");
        await AgentProgram.Sampled(_agent);
        _poll = VerdictPoll.Start(Socket);
        await Eventually.Holds(
            async () => (await _poll.Ask()).GetProperty("verdict").GetString() == "ok", s_patience, () => _agent.Output);
        await _stage.StartAndWait(_stage.Server, Kind.Listen, Stage.Server4, "8080", "4");

        // Otherwise the first alert could come before any listener's drops have a rate, and name none.
        await Eventually.Holds(
            async () => (await _chain.Ask("count_over_time(tcpagent_listener_drops_total{port=\"8080\"}[10s]) > 2")).Length == 1,
            s_patience, () => "the listener is not scraped");
        _stage.Start(_stage.Client, Kind.Connects, Stage.Server4, "8080", "60");
        await Eventually.Holds(
            async () => (await _poll.Ask()).GetProperty("verdict").GetString() == "limiting" && Logged.Length > 0, s_patience,
            () => _agent.Output);
        if (_poll.FirstLimiting(Resource) is not { } verdict)
            return false;
        var queue = verdict.Resource(Resource);
        var losses = queue.GetProperty("losses").GetInt64();
        Assert.Equal(
            $"msg=\"Limiting: {queue.GetProperty("headline").GetString()} ({Resource} of {queue.Subject()}{Lost(losses)})\" "
            + $"resource={Resource} subject={queue.Subject()} used={queue.GetProperty("used")} limit={queue.GetProperty("limit")} "
            + $"lost={losses} skipped=null",
            Assert.Single(Logged));
        return true;
    }

    static string Lost(long losses) => losses > 0 ? FormattableString.Invariant($", {losses:N0} lost") : "";

    /// <summary>Lines of the log about the verdict, from their message on.</summary>
    string[] Logged => [.. _agent.Output.Split('\n').Where(line => line.Contains("msg=\"Limiting: ", StringComparison.Ordinal))
        .Select(line => line[line.IndexOf("msg=", StringComparison.Ordinal)..].TrimEnd())];

    async Task<Notification> Arrived()
    {
        Notification? found = null;
        var summary = "";
        await Eventually.Holds(
            async () =>
            {
                summary = await _chain.Summary();
                return (found = _chain.Arrived.FirstOrDefault(one => one.Alert == Alert && one.Labels.ContainsKey("port"))) is not null;
            },
            s_patience, () => summary);
        return found!;
    }

    /// <summary>
    /// The outage goes on and nothing arrives any more. Clients that are stopped would still send the end of their connections.
    /// </summary>
    async Task CutOff()
    {
        await _stage.Client.Run("ip", "link", "set", "lab0", "down");
        var (file, arguments) = TrafficProgram.Command(Kind.KernelCounters);
        string Overflows(string json) => $"{JsonDocument.Parse(json).RootElement.GetProperty(Signals.Overflows.Kernel)}";
        await Eventually.Holds(
            async () => Overflows(await _stage.Server.Run(file, arguments)) == Overflows(await _stage.Server.Run(file, arguments)),
            s_patience, () => "the kernel goes on counting");
    }

    /// <summary>The verdict on a sample that was taken after the last loss, once clients have waited so long that nobody accepts.</summary>
    async Task<JsonElement> AtRest()
    {
        var from = DateTimeOffset.UtcNow;
        JsonElement verdict = default;
        await Eventually.Holds(
            async () =>
            {
                verdict = await _poll.Ask();
                var said = verdict.Resource(Resource).GetProperty("headline").GetString()!;
                return VerdictPoll.TimeOf(verdict) > from && said.Contains(" is not accepting: ", StringComparison.Ordinal);
            },
            s_patience, () => $"{verdict}");
        return verdict;
    }

    /// <summary>It came earlier, when the oldest connection had waited less.</summary>
    static void AssertSays(Notification alert, JsonElement queue)
    {
        Assert.Equal(
            (Resource, Stage.Server4, "8080", "limiting"),
            (alert.Labels["resource"], alert.Labels["address"], alert.Labels["port"], alert.Labels["verdict"]));
        Assert.Matches(@": port 8080 turns connections away \(accept queue full, 5 of 4, oldest waits \d+ s\)$", alert.Summary);
        var words = alert.Summary.Split(' ');
        var waits = double.Parse(words[^2], CultureInfo.InvariantCulture);
        var evidence = string.Join(' ', queue.GetProperty("evidence").EnumerateArray());
        const string Oldest = "the oldest of them ";
        var now = evidence[(evidence.IndexOf(Oldest, StringComparison.Ordinal) + Oldest.Length)..];
        Assert.InRange(waits, 0, double.Parse(now[..now.IndexOf(' ')], CultureInfo.InvariantCulture));
    }

    /// <summary>What Prometheus has once it has scraped the last loss.</summary>
    async Task AssertMetricsSay(long losses)
    {
        async Task<string> Value(string metric) =>
            (await _chain.Ask($"tcpagent_{metric}{{resource=\"{Resource}\"}}")) is [var one] ? one.Value : "";
        await Eventually.Holds(
            async () => await Value("resource_losses_total") == $"{losses}", s_patience, () => $"Prometheus has not scraped {losses}");
        Assert.Equal(("2", "5", "4"), (await Value("resource_state"), await Value("resource_used"), await Value("resource_limit")));
        Assert.Equal(
            [Subject],
            (await _chain.Ask($"tcpagent_resource_subject{{resource=\"{Resource}\"}}")).Select(one => one.Labels["subject"]));
    }

    async Task AssertShellSays(string headline, long losses)
    {
        var (file, arguments) = AgentProgram.Command("why", $"--query.socket={Socket}");
        var (code, output) = await _stage.Server.RunAny(file, arguments);
        var text = string.Join(' ', output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, code);
        Assert.StartsWith($"LIMITING: {Resource} of {Subject} since ", text, StringComparison.Ordinal);
        Assert.Contains($" {headline}. why ", text, StringComparison.Ordinal);
        Assert.Contains($"now 5 of 4{Lost(losses)})", text, StringComparison.Ordinal);
    }

    async Task AssertPageSays(string headline, long losses)
    {
        await using var browser = await Browser.Start(_stage.Server);
        var tab = await browser.Open();
        await tab.Go($"http://127.0.0.1:{_port}/");
        await tab.Until($"document.querySelector('#headline').textContent === 'LIMITING: {headline}'", 30);
        Assert.StartsWith($"LIMITING: {headline}", (string)(await tab.Run("document.title"))!, StringComparison.Ordinal);
        Assert.Matches(
            FormattableString.Invariant(
                $"^{Resource} of {Subject} . since .* . now 5 of 4 . peak 5 . {losses:N0} turned away in the last "),
            await tab.Text("#lead"));
    }

    public async Task DisposeAsync()
    {
        if (_poll is not null)
            await _poll.DisposeAsync();
        if (_chain is not null)
            await _chain.DisposeAsync();
        if (_stage is not null)
            await _stage.DisposeAsync();
        (_poll, _chain, _stage) = (null!, null!, null!);
    }
}
