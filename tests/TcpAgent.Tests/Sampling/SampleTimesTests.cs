using Microsoft.Extensions.Logging;
using TcpAgent.Metrics;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.Tests.History;

namespace TcpAgent.Tests.Sampling;

/// <summary>Log level debug is for whoever asks what sampling costs.</summary>
public class SampleTimesTests
{
    readonly ListLogger _logger = new(LogLevel.Debug);
    readonly AgentEvents _events = new();

    static SourceState State(string name, double milliseconds)
    {
        var state = new SourceState(new RowSource(name, SocketRows.States));
        state.Update(ReadStatus.Ok, (long)(milliseconds * 1e6));
        return state;
    }

    [Fact]
    public void TenSecondsAreOneLineWithTheLongestOfEach()
    {
        var times = new SampleTimes(_logger, _events);
        times.Add([State("a", 0.5), State("b", 2), State("c", 0.1), State("d", 0.2), State("e", 0.3)], 3_000_000, isSlow: true);
        times.Add([State("a", 4), State("b", 1), State("c", 0.1), State("d", 0.2), State("e", 0.3)], 5_500_000, isSlow: false);
        _events.Walked(TimeSpan.FromMilliseconds(1.5));
        _events.Walked(TimeSpan.FromMilliseconds(0.5));
        Assert.Empty(_logger.Lines);
        times.Add([State("a", 0.5)], 1_000_000, isSlow: true);
        times.Add([State("a", 0.5)], 1_000_000, isSlow: true);
        Assert.Equal(
            [
                "Debug: 2 samples, the longest 5.5 ms; the longest reads: a 4 ms, b 2 ms, e 0.3 ms, d 0.2 ms; 2 walks of socket tables, "
                + "the longest 1.5 ms",
                "Debug: 1 samples, the longest 1 ms; the longest reads: a 0.5 ms; 0 walks of socket tables, the longest 0 ms",
            ],
            _logger.Lines);
    }

    [Fact]
    public void ASlowReadIsSaidAtOnce()
    {
        var times = new SampleTimes(_logger, null);
        times.Add([State("sockets", 9.9), State("conntrack", 10.5)], 20_000_000, isSlow: true);
        Assert.Equal(["Debug: Slow read: source conntrack took 10.5 ms, by procfs"], _logger.Lines);
    }
}
