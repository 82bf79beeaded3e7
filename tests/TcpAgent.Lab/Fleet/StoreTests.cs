using System.Text.RegularExpressions;
using TcpAgent.Lab.Grafana;
using TcpAgent.Lab.Support;
using TcpAgent.Tests.Deploy;

namespace TcpAgent.Lab.Fleet;

/// <summary>
/// A long-term store: two Prometheus agents as shipped share several hundred hosts and write into one VictoriaMetrics, which answers the
/// Fleet dashboard, and whose rules are those of deploy/prometheus.
/// </summary>
[Trait("Category", "live")]
public sealed class StoreTests
{
    const string Own = "{job=\"tcp-agent\"}", Scrapes = $"{ReplayedFleet.Scrapes}{Own}";

    [SkippableFact]
    public async Task ItHasEveryScrapeAlsoOfItsRestartAndAnswersTheFleetDashboard()
    {
        Require.Tool("victoria-metrics", "victoria-metrics");
        var folder = Directory.CreateTempSubdirectory("tcp-agent-store-").FullName;
        try
        {
            await using var fleet = await ReplayedFleet.Start(folder);
            await using var store = new VictoriaMetrics(folder);
            store.Start();
            await using var first = await Shard.Start(folder, 0, store.Port, seconds: 5);
            await using var second = await Shard.Start(folder, 1, store.Port, seconds: 5);
            await store.StartRules();
            await Becomes(store, $"count({Scrapes} > 2) == {ReplayedFleet.Hosts} and count(up{Own} == 1) == {ReplayedFleet.Hosts}");

            var before = await RestartedMeanwhileScrapedTwice(fleet, store);

            await NothingIsLost(store, before);
            await EachHostIsInOneShard(store);
            await TheRulesRun(store);
            await EveryQueryOfTheFleetDashboardHasData(store);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Returns how often each host had at least been scraped before, and during.</summary>
    static async Task<(int Stopped, int Started)> RestartedMeanwhileScrapedTwice(ReplayedFleet fleet, VictoriaMetrics store)
    {
        await store.Stop();
        var stopped = await fleet.Served();
        await Eventually.Holds(
            async () => (await fleet.Served()).Fewest >= stopped.Most + 2, TimeSpan.FromSeconds(60), () => $"stopped at {stopped}");
        var (_, started) = await fleet.Served();
        store.Start();
        return (stopped.Fewest, started);
    }

    /// <summary>
    /// Each host counts its scrapes, so a scrape that the store does not have is a number that is missing between the first and the last.
    /// One that came too late for the agent is in up, which takes another queue to the store and may arrive later. What is lost stays so.
    /// </summary>
    static async Task NothingIsLost(VictoriaMetrics store, (int Stopped, int Started) at)
    {
        await Becomes(store, $"count({Scrapes} > {at.Started}) == {ReplayedFleet.Hosts}");
        Assert.Equal(1, await store.Count($"count(min_over_time({Scrapes}[1h]) < {at.Stopped}) == {ReplayedFleet.Hosts}"));
        await HasNone(
            store, $"(max_over_time({Scrapes}[1h]) - min_over_time({Scrapes}[1h]) + 1 - count_over_time({Scrapes}[1h])) > on (instance) "
                + $"(count_over_time(up{Own}[1h]) - sum_over_time(up{Own}[1h]))");
    }

    static async Task EachHostIsInOneShard(VictoriaMetrics store)
    {
        Assert.Equal(0, await store.Count($"count by (instance) ({Scrapes}) != 1"));
        Assert.Equal(2, await store.Count($"count by (shard) ({Scrapes}) > {ReplayedFleet.Hosts / 4}"));
    }

    /// <summary>An evaluation while the store was away has failed, so the next one counts.</summary>
    static async Task TheRulesRun(VictoriaMetrics store)
    {
        var shipped = Directory.GetFiles(Repo.Path("deploy", "prometheus"), "*.rules.yml")
            .Sum(file => Regex.Count(File.ReadAllText(file), "(?m)^ +- (record|alert): "));
        var errors = "";
        await Eventually.Holds(
            async () =>
            {
                var rules = await store.Rules();
                errors = string.Join('\n', rules.Where(rule => rule.Error.Length > 0));
                return rules.Length == shipped && errors.Length == 0
                    && await store.Alerts("TcpAgentAcceptQueueOverflowing") == ReplayedFleet.Hosts / 5;
            },
            TimeSpan.FromSeconds(120), () => $"{errors}\n{store.Output}");
    }

    static async Task EveryQueryOfTheFleetDashboardHasData(VictoriaMetrics store)
    {
        var missing = Dashboard.Open("fleet.json").Expressions
            .ToDictionary(one => one.Where, one => DashboardQueriesTests.Substituted(one.Expression));
        await Eventually.Holds(
            async () =>
            {
                foreach (var (where, expression) in missing)
                    if (await store.Count(expression) > 0)
                        missing.Remove(where);
                return missing.Count == 0;
            },
            TimeSpan.FromSeconds(120), () => $"{string.Join('\n', missing.Select(one => $"{one.Key}: {one.Value}"))}\n{store.Output}");
    }

    static Task Becomes(VictoriaMetrics store, string query) => Finds(store, query, 1);

    static Task HasNone(VictoriaMetrics store, string query) => Finds(store, query, 0);

    static Task Finds(VictoriaMetrics store, string query, int series) => Eventually.Holds(
        async () => await store.Count(query) == series, TimeSpan.FromSeconds(120), () => $"{query}\n{store.Output}");
}
