using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Faults;

/// <summary>A journald that stops, hangs and starts again, in a mount namespace of the test's own.</summary>
[Trait("Category", "root")]
public sealed class JournalTests(ITestOutputHelper output) : IDisposable
{
    const string Folder = "/run/systemd/journal";

    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-journal-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Log => Path.Combine(_folder, "log");

    string Read() => File.Exists(Log) ? File.ReadAllText(Log) : "";

    int Lines(string text) => Read().Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Holds the namespace; journald and the agent are started in it, and the agent may end up without the other.</summary>
    async Task<Child> Journald(Child place)
    {
        var (file, arguments) = TrafficProgram.Command(Kind.Journal, $"{Folder}/socket", Log);
        var journald = In(place, file, arguments);
        await Eventually.Holds(
            () => Task.FromResult(journald.Output.Contains("listening", StringComparison.Ordinal)), TimeSpan.FromSeconds(30),
            () => journald.Output);
        return journald;
    }

    static Child In(Child place, string file, params string[] arguments) =>
        Child.Start(Require.Tool("nsenter", "util-linux"), ["-t", $"{place.Id}", "-m", file, .. arguments]);

    [SkippableFact]
    public async Task WithoutJournaldTheAgentGoesOnCountsLostMessagesAndLogsAgain()
    {
        Require.Root();
        await using var place = Child.Start(
            Require.Tool("unshare", "util-linux"),
            ["-m", "--propagation=private", "sh", "-c",
                $"mkdir -p {Folder} && mount -t tmpfs tmpfs {Folder} && echo mounted && exec sleep 300"]);
        await Eventually.Holds(
            () => Task.FromResult(place.Output.Contains("mounted", StringComparison.Ordinal)), TimeSpan.FromSeconds(30),
            () => place.Output);
        await using var first = await Journald(place);
        var stderr = Path.Combine(_folder, "stderr");
        await using var agent = await Victim.StartBy((file, arguments, _) => In(
            place, "/bin/sh", ["-c", "f=$1; shift; exec 2>$f; JOURNAL_STREAM=$(stat -c %d:%i $f) exec \"$@\"", "sh", stderr, file,
                .. arguments]), "--sample.interval=200ms");
        Assert.Equal(1, Lines("First sample taken"));
        var before = await agent.Reloaded();
        Assert.Equal(1, Lines("Reloaded"));
        Assert.Equal(0, before["tcpagent_log_entries_dropped_total"]);

        // Stopped: nobody is listening.
        await first.Signal("KILL");
        await first.Exited(TimeSpan.FromSeconds(30));
        var stopped = await agent.Reloaded();
        Assert.InRange(stopped["tcpagent_log_entries_dropped_total"], 1, 3);
        await using var second = await Journald(place);
        await agent.Reloaded();
        Assert.Equal(2, Lines("Reloaded"));

        // Hanging: the socket exists but takes no more than its queue holds, and nobody waits for it.
        await second.Signal("STOP");
        var full = await File.ReadAllTextAsync("/proc/sys/net/unix/max_dgram_qlen");
        var held = stopped;
        for (var i = 0; i < 30 && held["tcpagent_log_entries_dropped_total"] < stopped["tcpagent_log_entries_dropped_total"] + 3; i++)
        {
            await agent.Process.Signal("HUP");
            held = await agent.Sampled(4);
        }
        output.WriteLine($"max_dgram_qlen {full.Trim()}: {held["tcpagent_log_entries_dropped_total"]} dropped");
        Assert.True(held["tcpagent_log_entries_dropped_total"] >= stopped["tcpagent_log_entries_dropped_total"] + 3, "nothing was dropped");
        await second.Signal("CONT");
        var after = await agent.Reloaded();
        Assert.Equal(held["tcpagent_log_entries_dropped_total"], after["tcpagent_log_entries_dropped_total"]);
        Assert.InRange(after["tcpagent_samples_missed_total"] - before["tcpagent_samples_missed_total"], 0, 3);
        Assert.Equal("", await File.ReadAllTextAsync(stderr));
    }
}
