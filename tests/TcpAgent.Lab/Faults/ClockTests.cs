using System.Text.Json;
using TcpAgent.Lab.Support;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Faults;

/// <summary>A wall clock that is set while the agent runs. Only times of day may change.</summary>
[Trait("Category", "live")]
public sealed class ClockTests(ITestOutputHelper output) : IDisposable
{
    const long Hour = 3600;

    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-clock-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string At(string name) => Path.Combine(_folder, name);

    [SkippableFact]
    public async Task AClockThatIsSetForwardAndBackChangesNothingButTimes()
    {
        var clock = await SteppedClock.In(_folder);
        await using var agent = await Victim.StartBy(
            (file, arguments, _) =>
            {
                (file, arguments) = clock.Command(file, arguments);
                return Child.Start(file, arguments);
            },
            $"--history.file={At("history.ring")}", "--history.span=1m");
        var before = await agent.Sampled(3);
        var last = before;
        foreach (var seconds in (long[])[Hour, -2 * Hour, 0])
        {
            clock.Set(seconds);
            var after = await agent.Sampled(4);
            Assert.InRange(
                after["tcpagent_sample_timestamp_seconds"] - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0 - seconds, -3, 1);
            Assert.Equal(0, after["tcpagent_samples_missed_total"]);
            Assert.InRange(after["tcpagent_samples_total"] - last["tcpagent_samples_total"], 4, 6);
            Assert.InRange(after["tcpagent_walk_age_seconds"], 0, 30);
            Assert.InRange(after["process_start_time_seconds"] - before["process_start_time_seconds"], -0.001, 0.001);
            Assert.All(
                last.Where(one => one.Key.Contains("_total", StringComparison.Ordinal) && after.ContainsKey(one.Key)),
                one => Assert.True(after[one.Key] >= one.Value, one.Key));
            foreach (var (series, value) in after.Where(one =>
                one.Key.StartsWith("tcpagent_resource_saturated_seconds_total", StringComparison.Ordinal)))
                Assert.InRange(value - last[series], 0, 10);
            Assert.InRange(after["tcpagent_history_records_total"] - last["tcpagent_history_records_total"], 3, 7);
            Assert.Equal(200, await agent.Status("/-/healthy"));
            last = after;
        }

        // All that was recorded is read, in the order in which it was, whatever the clock said.
        var history = await History();
        var times = history.GetProperty("records").EnumerateArray().Select(one => one.GetProperty("time").GetDateTimeOffset()).ToList();
        Assert.InRange(times.Count, last["tcpagent_history_records_total"], last["tcpagent_history_records_total"] + 2);
        var steps = times.Zip(times.Skip(1), (a, b) => (b - a).TotalSeconds).Where(step => Math.Abs(step) > 100)
            .Select(step => Math.Round(step / Hour)).ToList();
        Assert.Equal([1, -3, 2], steps);
        var events = history.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("text").GetString()!).ToList();
        Assert.Equal(1, events.Count(text => text == "the clock was set back"));
        Assert.Equal(2, events.Count(text => text.EndsWith("or the clock was set forward", StringComparison.Ordinal)));
        output.WriteLine(string.Join('\n', events));
    }

    /// <summary>As in a container that was moved from another host: CLOCK_MONOTONIC and CLOCK_BOOTTIME begin elsewhere.</summary>
    [SkippableTheory]
    [InlineData(0)]
    [InlineData(100 * 24 * Hour)]
    [Trait("Category", "root")]
    public async Task ATimeNamespaceChangesNothing(long offset)
    {
        Require.Root();
        var unshare = Require.Tool("unshare", "util-linux");
        await using var agent = await Victim.StartBy((file, arguments, _) => Child.Start(
            unshare, ["--time", $"--monotonic={offset}", $"--boottime={offset}", "--fork", "--kill-child", file, .. arguments]));
        var started = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        var before = await agent.Sampled(1);
        var after = await agent.Sampled(3);
        Assert.Equal(before["tcpagent_samples_missed_total"], after["tcpagent_samples_missed_total"]);
        Assert.InRange(after["process_start_time_seconds"] - started, -60, 5);
        Assert.InRange(after["tcpagent_walk_age_seconds"], 0, 61);
        Assert.Equal(200, await agent.Status("/-/healthy"));
    }

    async Task<JsonElement> History()
    {
        var (file, arguments) = AgentProgram.Command("history", "--json", $"--file={At("history.ring")}");
        return JsonDocument.Parse(await Child.Run(file, arguments)).RootElement;
    }
}
