using TcpAgent.Sampling;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sampling;

/// <summary>What the log says of samples that are late, on a clock of the test's.</summary>
public class SamplerServiceTests
{
    /// <summary>Each reading of the clock is the next of the list; at its end the last stays.</summary>
    sealed class ScriptedTime(params double[] seconds) : TimeProvider
    {
        int _next;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(1000 * seconds[Math.Min(_next++, seconds.Length - 1)]);
    }

    static readonly SamplingOptions s_options = SamplingOptions.Default with { Interval = TimeSpan.FromMilliseconds(100) };

    /// <param name="ticks">After which it is stopped.</param>
    /// <param name="seconds">The clock at the start, and then before and after each sample.</param>
    static async Task<IReadOnlyList<string>> Log(int ticks, params double[] seconds)
    {
        var log = new ListLogger();
        using var sampler = new Sampler([], new AgentMetrics("0", "0"), s_options, new ManualTime(), log, () => 0);
        using var stop = new CancellationTokenSource();
        using var service = new SamplerService(sampler, s_options, new ScriptedTime(seconds), log, () =>
        {
            if (--ticks == 0)
                stop.Cancel();
        });
        await service.StartAsync(stop.Token);
        await service.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(30));
        return log.Lines;
    }

    /// <summary>SIGSTOP, or a host that was suspended: the sample itself was as quick as ever.</summary>
    [Fact]
    public async Task APauseOfTheProcessIsNotBlamedOnASlowSample() => Assert.Equal(
        [
            "Warning: Samples are being skipped: one began 00:00:05 late and took 00:00:00.0100000, the interval is 00:00:00.1000000",
        ],
        await Log(2, 0, 0, 0.01, 5.1, 5.11));

    [Fact]
    public async Task ASampleThatIsSlowBeganOnTime()
    {
        var line = Assert.Single(await Log(2, 0, 0, 0.01, 0.1, 3.1));
        Assert.Contains("one began 00:00:00 late and took 00:00:03,", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SamplesOnTimeAreNotLogged() => Assert.Empty(await Log(3, 0, 0, 0.01, 0.1, 0.11, 0.2, 0.21));
}
