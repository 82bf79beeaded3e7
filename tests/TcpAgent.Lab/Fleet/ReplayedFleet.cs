using System.Globalization;
using TcpAgent.Lab.Support;
using TcpAgent.Resources;

namespace TcpAgent.Lab.Fleet;

/// <summary>
/// Several hundred hosts, each with an address of its own on loopback but one listener, replay the exposition of a recorded one. One host
/// of five has a full accept queue, and some are near the limit of conntrack. The hosts count how often they were scraped.
/// </summary>
sealed class ReplayedFleet : IAsyncDisposable
{
    internal const int Hosts = 300;

    /// <summary>A series of each host, which rises by one with each scrape.</summary>
    internal const string Scrapes = "tcpagent_replay_scrapes_total";

    readonly Child _replay;
    readonly HttpClient _client;

    ReplayedFleet(Child replay, int port) =>
        (_replay, _client) = (replay, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") });

    /// <summary>Starts it, and lists the hosts in the folder's targets as the shards read them, in two roles.</summary>
    internal static async Task<ReplayedFleet> Start(string folder)
    {
        var exposition = Exposition();
        await File.WriteAllTextAsync($"{folder}/first", exposition);
        await File.WriteAllTextAsync($"{folder}/second", Later(exposition));
        var port = Ports.Free();
        Directory.CreateDirectory($"{folder}/targets");
        foreach (var (role, remainder) in ((string, int)[])[("edge", 0), ("database", 1)])
            await File.WriteAllTextAsync(
                $"{folder}/targets/{role}.yml",
                $"- labels: {{role: {role}}}\n  targets:\n"
                    + string.Concat(
                        Enumerable.Range(0, Hosts).Where(number => number % 2 == remainder).Select(number =>
                            $"    - \"127.1.{number >> 8}.{number & 255}:{port}\"\n")));
        var replay = Child.Start(
            Require.Tool("python3", "python3"),
            ["-B", Repo.Path("tests", "TcpAgent.Benchmarks", "fleet", "replay.py"), $"{port}", $"{folder}/first", $"{folder}/second",
                $"{Hosts}"]);
        var fleet = new ReplayedFleet(replay, port);
        await Eventually.Holds(
            async () => replay.HasExited || await fleet.Answers(), TimeSpan.FromSeconds(30), () => replay.Output);
        Assert.False(replay.HasExited, replay.Output);
        return fleet;
    }

    /// <summary>That of the fixture, which has no device with statistics: with the stages of the drops that it lacks.</summary>
    static string Exposition()
    {
        var text = File.ReadAllText(Repo.Path("tests", "fixtures", "linux-6.18", "expected.prom"));
        foreach (var stage in DropStages.All)
            if (!text.Contains($"tcpagent_drops_total{{stage=\"{stage.Stage}\"}}", StringComparison.Ordinal))
                text += $"tcpagent_drops_total{{stage=\"{stage.Stage}\"}} 0\n";
        return text;
    }

    /// <summary>The same host when it has sent some thousand segments more, a few of them again, and conntrack is nearly full.</summary>
    static string Later(string exposition)
    {
        foreach (var (series, value) in ((string, int)[])[
            ("tcpagent_tcp_original_segments_sent_total", 60_000), ("tcpagent_tcp_retransmitted_segments_total", 300),
            ("tcpagent_resource_state{resource=\"conntrack\"}", 1)])
        {
            var begin = exposition.IndexOf($"\n{series} ", StringComparison.Ordinal) + series.Length + 2;
            Assert.True(begin > series.Length + 2, series);
            exposition = $"{exposition[..begin]}{value}{exposition[exposition.IndexOf('\n', begin)..]}";
        }
        return exposition;
    }

    /// <summary>How often the host with the fewest scrapes and the one with the most have been scraped.</summary>
    internal async Task<(int Fewest, int Most)> Served()
    {
        var words = (await _client.GetStringAsync("/served")).Split(' ');
        return (int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture));
    }

    async Task<bool> Answers()
    {
        try
        {
            await Served();
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _replay.DisposeAsync();
    }
}
