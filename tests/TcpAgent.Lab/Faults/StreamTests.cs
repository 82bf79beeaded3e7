using System.Diagnostics;
using TcpAgent.Lab.Support;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Faults;

/// <summary>Standard streams that are closed, full, or that nobody reads.</summary>
[Trait("Category", "live")]
public sealed class StreamTests(ITestOutputHelper output) : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-streams-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static Func<string, string[], IDictionary<string, string>?, Child> Shell(string script) =>
        (file, arguments, _) => Child.Start("/bin/sh", ["-c", $"{script}; exec \"$@\"", "sh", file, .. arguments]);

    [SkippableTheory]
    [InlineData("exec <&- >&- 2>&-")]
    [InlineData("exec 2>&-")]
    [InlineData("exec 2>/dev/full")]
    public async Task AnAgentWhoseStreamsCannotBeUsedGoesOn(string script)
    {
        var agent = await Victim.StartBy(Shell(script), "--sample.interval=200ms");
        await using var process = agent.Process;
        await agent.Reloaded();
        var after = await agent.Reloaded();
        Assert.True(after["tcpagent_log_entries_dropped_total"] > 0, "a line that was lost is not counted");
        await AssertStops(agent);
    }

    /// <summary>A pipe that is full already, as a supervisor leaves it that hangs.</summary>
    [SkippableFact]
    public async Task AnAgentWhoseStderrNobodyReadsGoesOnAndStops()
    {
        var pipe = Path.Combine(_folder, "stderr");
        await Child.Run(Require.Tool("mkfifo", "coreutils"), pipe);
        var agent = await Victim.StartBy(
            Shell($"exec 2<>{pipe}; head -c 65536 /dev/zero >&2"), "--sample.interval=200ms");
        await using var process = agent.Process;
        for (var i = 0; i < 20; i++)
            await agent.Process.Signal("HUP");

        // With the sampler waiting for the pipe there would be no further sample.
        await agent.Sampled(10);
        Assert.Equal(200, await agent.Status("/-/healthy"));
        await AssertStops(agent);
    }

    async Task AssertStops(Victim agent)
    {
        var clock = Stopwatch.StartNew();
        await agent.Process.Signal("TERM");
        Assert.Equal(0, await agent.Process.Exited(TimeSpan.FromSeconds(8)));
        output.WriteLine($"stopped within {clock.Elapsed.TotalSeconds:0.0} s");
    }

    [SkippableTheory]
    [InlineData("print", 1)]
    [InlineData("why --for=1s", 3)]
    [InlineData("history --csv --file=FILE", 1)]
    [InlineData("describe", 1)]
    [InlineData("check-config", 1)]
    [InlineData("report -o -", 1)]
    [InlineData("--help", 1)]
    [InlineData("--version", 1)]
    public async Task OutputThatWasNotWrittenIsAnErrorAndAReaderThatHasEnoughIsNot(string command, int code)
    {
        var history = Path.Combine(_folder, "history.ring");
        await using (var agent = await Victim.Start($"--history.file={history}"))
            await agent.Until(metrics => metrics.GetValueOrDefault("tcpagent_history_records_total") >= 2);
        command = $"{Published.Own.Program} {command.Replace("FILE", history, StringComparison.Ordinal)}";
        foreach (var end in (string[])[">/dev/full", ">&-"])
        {
            var (exit, said) = await Child.RunAny("/bin/sh", "-c", $"{{ {command} {end}; }} 2>&1");
            Assert.Equal(code, exit);
            Assert.Contains("tcp-agent: error: the output could not be written", said, StringComparison.Ordinal);
            Assert.DoesNotContain(" at TcpAgent.", said, StringComparison.Ordinal);
        }
        var status = Path.Combine(_folder, "status");
        await Child.RunAny("/bin/sh", "-c", $"{{ {command}; echo $? >{status}; }} | head -c 1");
        Assert.InRange(int.Parse(await File.ReadAllTextAsync(status), null), 0, code == 3 ? 2 : 0);
    }

    [SkippableTheory]
    [InlineData("no-such-verb", 64)]
    [InlineData("history --file=/nonexistent/history.ring", 1)]
    [InlineData("healthcheck --web.listen-address=127.0.0.1:9", 1)]
    [InlineData("serve --web.listen-address=192.0.2.1:9", 1)]
    [InlineData("print >/dev/full", 1)]
    [InlineData("why --for=500ms >/dev/full", 3)]
    public async Task AMessageThatCannotBeWrittenDoesNotChangeTheExitCode(string command, int code)
    {
        foreach (var end in (string[])["2>/dev/full", "2>&-"])
            Assert.Equal((code, ""), await Child.RunAny("/bin/sh", "-c", $"{Published.Own.Program} {command} {end}"));
    }

    [SkippableFact]
    public async Task AWatchEndsWithItsReader()
    {
        var status = Path.Combine(_folder, "status");
        var (_, line) = await Child.RunAny(
            "/bin/sh", "-c", $"{{ {Published.Own.Program} why --watch --local; echo $? >{status}; }} | head -n 1");
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (OK|NEAR A LIMIT|LIMITING|CANNOT TELL)", line);
        Assert.InRange(int.Parse(await File.ReadAllTextAsync(status), null), 0, 2);
    }

    /// <summary>As after a broken ssh connection, of a watch that was started to survive that (nohup).</summary>
    [SkippableFact]
    public async Task AWatchEndsWithItsTerminal()
    {
        var status = Path.Combine(_folder, "status");
        await using var terminal = Child.Start(
            Require.Tool("script", "bsdutils"),
            ["-qec", $"trap '' HUP; {Published.Own.Program} why --watch --local; echo $? >{status}", "/dev/null"],
            new Dictionary<string, string> { ["TERM"] = "xterm", ["SHELL"] = "/bin/sh" });
        await Eventually.Holds(
            () => Task.FromResult(terminal.Output.Contains("limits ok", StringComparison.Ordinal)), TimeSpan.FromSeconds(30),
            () => terminal.Output);
        await terminal.Signal("KILL");
        await Eventually.Holds(
            async () => File.Exists(status) && (await File.ReadAllTextAsync(status)).Length > 0, TimeSpan.FromSeconds(30),
            () => "it goes on without a terminal");
        Assert.InRange(int.Parse(await File.ReadAllTextAsync(status), null), 0, 2);
    }
}
