using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.History;
using TcpAgent.Lab.Tour;
using TcpAgent.Sampling;
using TcpAgent.Sources;

namespace TcpAgent.Lab;

/// <summary>What a test starts as a separate process, to kill it; and what makes pages for people.</summary>
static class Program
{
    /// <summary>
    /// record FILE: records as fast as it can, and after each one writes into FILE.written how many there are.
    /// tour NAME: makes the incident of docs/tour.md with this name, or all.
    /// </summary>
    [SuppressMessage("Usage", "CA1801", Justification = "the test host calls it without")]
    static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["record", var path]:
                Record(path);
                return 0;
            case ["tour", var name]:
                await TourMaker.Make(name);
                return 0;
            default:
                return 1;
        }
    }

    static void Record(string path)
    {
        var options = SamplingOptions.Default;
        using var sampler = new Sampler([], new AgentMetrics("0", "lab"), options, TimeProvider.System, NullLogger.Instance, () => 0);
        using var writer = new HistoryWriter(
            path, HistoryHeader.For(TimeSpan.FromMinutes(5), options.Interval), TimeProvider.System, NullLogger.Instance);
        var recorder = new Recorder(writer, options.Interval);
        using var written = File.OpenHandle($"{path}.written", FileMode.Create, FileAccess.Write, FileShare.Read);
        while (true)
        {
            sampler.Take();
            recorder.Ticked(sampler.Snapshots);
            writer.Drain();
            RandomAccess.Write(written, BitConverter.GetBytes(writer.Counters.Written), 0);
        }
    }
}
