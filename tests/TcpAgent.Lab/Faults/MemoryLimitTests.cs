using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using TcpAgent.History;
using TcpAgent.Lab.Support;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Faults;

/// <summary>
/// A limit that the kernel enforces by killing: that of a container, of the DaemonSet, of the unit; and a neighbour that is killed.
/// </summary>
[Trait("Category", "root")]
public sealed class MemoryLimitTests(ITestOutputHelper output) : IDisposable
{
    const long MiB = 1 << 20;

    const int Scrapers = 10, Readers = 6, Stalled = 300;

    /// <summary>How long the clients go on, and how many answers there must be by then on a slow machine.</summary>
    static readonly TimeSpan s_load = TimeSpan.FromSeconds(8), s_patience = TimeSpan.FromSeconds(90);

    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-limit-").FullName;
    int _scrapes;
    int _histories;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A history of a whole hour, which is what the longest answer is made of.</summary>
    string WriteHistory()
    {
        var path = Path.Combine(_folder, "history.ring");
        var header = HistoryHeader.For(TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));
        using var ring = RingFile.Open(path, header, DateTimeOffset.UtcNow, out _);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var (record, values) = (new byte[HistoryRecord.Size], new long[header.Names.Length]);
        for (var i = 0; i < header.Capacity; i++)
        {
            HistoryRecord.Write(record, now - 1000L * (header.Capacity - i), isFirst: i == 0, values);
            ring.Write(record);
        }
        return path;
    }

    /// <param name="limit">In MiB: a small container, the DaemonSet's, the unit's.</param>
    /// <param name="hasUnit">Whether the unit's environment is set too. Otherwise the runtime takes its limits from the group.</param>
    [SkippableTheory]
    [InlineData(64, false)]
    [InlineData(96, false)]
    [InlineData(192, true)]
    public async Task UnderScrapesAndReadersOfTheHistoryTheAgentIsNotKilled(int limit, bool hasUnit)
    {
        var history = WriteHistory();
        using var proc = new ProcCopy("many");
        using var group = MemoryGroup.Create(limit * MiB);
        await using var agent = await Victim.StartBy(
            (file, arguments, _) => group.Start(file, arguments, hasUnit ? UnitFile.Environment() : null), proc.Flag,
            $"--history.file={history}");
        var before = await agent.Sampled(2);
        using var end = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Scrapers + Readers + Stalled).Select(i => Client(agent.Port, i, end.Token)).ToArray();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < s_load || ((_scrapes < 50 || _histories < 3) && clock.Elapsed < s_patience))
            await Task.Delay(100);
        await end.CancelAsync();
        await Task.WhenAll(clients);
        var after = await agent.Sampled(3);
        output.WriteLine(
            $"{limit} MiB, cgroup v{(group.IsUnified ? 2 : 1)}: {_scrapes} scrapes, {_histories} histories, "
                + $"{group.Peak / MiB} MiB charged, {agent.PeakMemory / MiB} resident, "
                + $"{after["tcpagent_samples_missed_total"] - before["tcpagent_samples_missed_total"]} samples missed");
        Assert.Equal(0, group.Killed);
        Assert.True(_scrapes >= 50 && _histories >= 3, $"{_scrapes} scrapes and {_histories} histories were answered");
        Assert.InRange(after["tcpagent_samples_missed_total"] - before["tcpagent_samples_missed_total"], 0, 2);
        Assert.Equal(1, after["tcpagent_history_success"]);
        Assert.DoesNotContain("OutOfMemory", agent.Process.Output, StringComparison.Ordinal);
        Assert.All(Victim.Sources(after), one => Assert.Equal(before[one.Key], one.Value));
    }

    /// <summary>Scrapers, readers of the whole history, and many that ask for one of both and then read nothing.</summary>
    async Task Client(int port, int number, CancellationToken end)
    {
        var isScrape = number % 2 == 0;
        var path = number >= Scrapers + Readers ? isScrape ? "/metrics" : "/api/v1/history"
            : number < Scrapers ? "/metrics" : "/api/v1/history";
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        var buffer = new byte[64 * 1024];
        while (!end.IsCancellationRequested)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, end);
                await socket.SendAsync(request, end);
                if (number >= Scrapers + Readers)
                    await Task.Delay(TimeSpan.FromMinutes(5), end);
                var begun = false;
                for (int length; (length = await socket.ReceiveAsync(buffer, end)) > 0;)
                    begun |= buffer.AsSpan(0, length).StartsWith("HTTP/1.1 200"u8);
                if (begun)
                    Interlocked.Increment(ref number < Scrapers ? ref _scrapes : ref _histories);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // It had to give way, or the test is over.
            }
        }
    }

    /// <summary>In a pod, or on a host that is out of memory, the kernel kills the largest. That is not the agent.</summary>
    [SkippableFact]
    public async Task ANeighbourThatIsKilledForLackOfMemoryTakesNothingFromTheAgent()
    {
        using var pod = MemoryGroup.Create(160 * MiB);
        using var own = pod.CreateInside(96 * MiB);
        using var others = pod.CreateInside(1024 * MiB);
        await using var agent = await Victim.StartBy(
            (file, arguments, _) => own.Start(file, arguments), $"--history.file={Path.Combine(_folder, "history.ring")}");
        var before = await agent.Sampled(3);

        // It looks for the beginning of the last line, and there is none.
        await using var hog = others.Start(Require.Tool("tail", "coreutils"), ["/dev/zero"]);
        Assert.Equal(128 + 9, await hog.Exited(TimeSpan.FromSeconds(60)));
        var after = await agent.Sampled(4);
        Assert.Equal((1, 0), (others.Killed, own.Killed));
        Assert.InRange(after["tcpagent_samples_missed_total"] - before["tcpagent_samples_missed_total"], 0, 3);
        Assert.All(Victim.Sources(after), one => Assert.Equal(before[one.Key], one.Value));
        Assert.Equal(200, await agent.Status("/-/healthy"));
        Assert.Equal(1, after["tcpagent_history_success"]);
        output.WriteLine(
            $"pod of 160 MiB: {pod.Peak / MiB} MiB charged, {own.Peak / MiB} of them the agent's at most; "
                + $"{after["tcpagent_samples_missed_total"]} samples missed");
    }
}
