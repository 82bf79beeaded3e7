using System.Globalization;
using System.Text;
using System.Text.Json;
using TcpAgent.Kernel.Log;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>
/// What the kernel says in its log, counted by an agent that has no privilege but that of kmsg.conf. The log is the whole host's, so other
/// tests may add to it: a count lies between what was said since the agent's first sample and what was said since before its start.
/// </summary>
[Collection(WholeHost.Name)]
[Trait("Category", "root")]
public sealed class KernelLogTests
{
    const int Port = 10793, FloodedPort = 8191;

    const string Flooding = "Possible SYN flooding on port ", Orphans = "too many orphaned sockets",
        Promiscuous = "entered promiscuous mode";

    /// <summary>As long as the whole test may take, and the traffic of one condition.</summary>
    const int Seconds = 120, SecondsOfOne = 30;

    /// <summary>Records of the log, read by the test itself from the moment at which it was made.</summary>
    sealed class LogReader : IDisposable
    {
        readonly KernelLog _log = new();
        readonly byte[] _buffer = new byte[8192];
        readonly List<string> _lines = [];

        internal LogReader()
        {
            var errno = _log.Open();
            Require.That(errno == 0, $"/dev/kmsg cannot be opened, errno {errno}");
        }

        /// <summary>Records with the words that the kernel itself wrote: their level is below 8.</summary>
        internal int Said(string words) =>
            Read().Count(line => line[1] == ',' && line[0] < '8' && line.Contains(words, StringComparison.Ordinal));

        /// <summary>Lines that the kernel left out, as far as it said so.</summary>
        internal long Suppressed() => Read().Where(line => line.Contains(";net_ratelimit: ", StringComparison.Ordinal))
            .Sum(line => long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));

        internal int Written(string words) => Read().Count(line => line.Contains(words, StringComparison.Ordinal));

        List<string> Read()
        {
            while (_log.Read(_buffer, out var length) == 0)
                _lines.Add(Encoding.Latin1.GetString(_buffer, 0, length));
            return _lines;
        }

        public void Dispose() => _log.Dispose();
    }

    [SkippableFact]
    public async Task WhatTheKernelSaysIsCountedAndNamedByAnAgentWithThePrivilegeOfTheDropIn()
    {
        Require.Root();
        await using var stage = await Stage.Create(Seconds);
        using var before = new LogReader();
        await using var agent = Start(stage.Server);
        await AgentProgram.Sampled(agent);
        using var since = new LogReader();

        await Flood(stage, since);
        await stage.Server.Run("ip", "link", "set", "lab0", "promisc", "on");
        await Eventually.Holds(
            () => Task.FromResult(since.Said(Promiscuous) > 0), TimeSpan.FromSeconds(10), () => "the device is not promiscuous");

        // A line that a program writes. The kernel gives it another facility.
        await File.WriteAllTextAsync("/dev/kmsg", $"<6>TCP: {Orphans}\n");
        await Eventually.Holds(() => Task.FromResult(since.Written(Orphans) > 0), TimeSpan.FromSeconds(10), () => "the line is not there");

        await Counted(
            stage, since, before, ("syn_flooding", Flooding), ("promiscuous_mode", Promiscuous), ("too_many_orphans", Orphans));

        var said = "";
        await Eventually.Holds(
            async () =>
            {
                var document = JsonDocument.Parse(await Get(stage, "/api/v1/why")).RootElement;
                said = document.Resource("syn_queue").Text("evidence");
                return said.Contains($"\"{Flooding}{FloodedPort}\"", StringComparison.Ordinal);
            },
            TimeSpan.FromSeconds(20), () => said);
    }

    /// <summary>What the scenarios make, and one line of a kind at least; the kernel says how many more there were.</summary>
    [SkippableTheory]
    [InlineData("conntrack full", "conntrack_full", "nf_conntrack: table full")]
    [InlineData("too many orphans", "too_many_orphans", Orphans)]
    [InlineData("neighbour table full", "neighbour_v4_overflow", "arp_cache: neighbor table overflow!")]
    public async Task ALineOfAFullTableIsCounted(string name, string kind, string words)
    {
        Require.Root();
        await using var stage = await Stage.Create(SecondsOfOne);
        using var before = new LogReader();
        await using var agent = Start(stage.Server);
        await AgentProgram.Sampled(agent);
        using var since = new LogReader();
        await ScenarioTests.All.Single(one => one.Name == name).Make(stage);
        await Eventually.Holds(
            () => Task.FromResult(since.Said(words) > 0), TimeSpan.FromSeconds(SecondsOfOne), () => $"the kernel did not say {words}");
        await Counted(stage, since, before, (kind, words));
    }

    [SkippableFact]
    public async Task WithoutThePrivilegeItIsDeniedAndHasNoSeries()
    {
        Require.Root();
        Require.That(
            (await File.ReadAllTextAsync("/proc/sys/kernel/dmesg_restrict")).Trim() == "1", "the kernel's log is open to every user");
        var (program, arguments) = AgentProgram.AsNobody("print");
        var series = AgentProgram.Parse(await Child.Run(program, arguments));
        Assert.Contains("tcpagent_source_mode{source=\"kmsg\",mode=\"denied\"}", series.Keys);
        Assert.DoesNotContain(series.Keys, key => key.StartsWith("tcpagent_kernel_", StringComparison.Ordinal));
    }

    /// <summary>
    /// Makes the kernel say it. It says so once after each listen(), if its limit for such lines allows it; if not, a new listener is
    /// tried.
    /// </summary>
    static async Task Flood(Stage stage, LogReader log)
    {
        await Stage.Set(stage.Server, "net.ipv4.tcp_syncookies=1");
        for (var attempt = 0; attempt < 8; attempt++)
        {
            await stage.EndTraffic();
            await stage.StartAndWait(stage.Server, Kind.Listen, Stage.Server4, $"{FloodedPort}", "16");
            stage.Start(stage.Client, Kind.SynFlood, Stage.Server4, $"{FloodedPort}", "400", "10.92.1.");
            for (var end = DateTime.UtcNow.AddSeconds(6); DateTime.UtcNow < end; await Task.Delay(100))
                if (log.Said($"{Flooding}{Stage.Server4}:{FloodedPort}. ") + log.Said($"{Flooding}{FloodedPort}. ") > 0)
                    return;
        }
        Assert.Fail("the kernel said nothing of a flood");
    }

    /// <summary>Waits until the agent has counted each kind, and the suppressed lines, as often as they were said.</summary>
    static async Task Counted(Stage stage, LogReader since, LogReader before, params (string Kind, string Words)[] expected)
    {
        Dictionary<string, double> series = [];
        bool IsBetween(string kind, long least, long most) =>
            series[$"tcpagent_kernel_events_total{{event=\"{kind}\"}}"] is var count && count >= least && count <= most;
        await Eventually.Holds(
            async () =>
            {
                series = AgentProgram.Parse(await Get(stage, "/metrics"));
                return Array.TrueForAll(expected, one => IsBetween(one.Kind, since.Said(one.Words), before.Said(one.Words)))
                    && IsBetween("suppressed", since.Suppressed(), before.Suppressed());
            },
            TimeSpan.FromSeconds(20),
            () => string.Join('\n', series.Where(one => one.Key.StartsWith("tcpagent_kernel", StringComparison.Ordinal))
                .Select(one => $"{one.Key} {one.Value}")
                .Concat(expected.Select(one => $"{one.Kind}: {since.Said(one.Words)} to {before.Said(one.Words)}"))));
        Assert.Equal(1, series["tcpagent_source_success{source=\"kmsg\"}"]);
        Assert.Equal(0, series["tcpagent_kernel_log_records_missed_total"]);
    }

    /// <summary>The capabilities are those that the drop-in names.</summary>
    static Child Start(NetworkNamespace place)
    {
        const string Ambient = "AmbientCapabilities=CAP_";
        var capability = File.ReadLines(Repo.Path("packaging", "systemd", "drop-ins", "kmsg.conf"))
            .Single(line => line.StartsWith(Ambient, StringComparison.Ordinal))[Ambient.Length..].ToLowerInvariant();
        return place.Start(
            Require.Tool("setpriv", "util-linux"), "--reuid=65534", "--regid=65534", "--clear-groups", $"--inh-caps=-all,+{capability}",
            $"--ambient-caps=-all,+{capability}", $"--bounding-set=-all,+{capability}", Published.Own.Program, "serve",
            $"--web.listen-address=127.0.0.1:{Port}");
    }

    static Task<string> Get(Stage stage, string path) => TrafficProgram.Run(stage.Server, Kind.Get, $"http://127.0.0.1:{Port}{path}");
}
