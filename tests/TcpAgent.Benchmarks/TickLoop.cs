using System.Diagnostics;
using System.Globalization;
using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Benchmarks;

/// <summary>
/// Ticks back to back, beside peers/floor.c, which makes the same reads: tick PASSES. Prints the median in milliseconds, which is a
/// fast tick, since only every tenth is a slow one.
/// </summary>
static class TickLoop
{
    internal static void Run(int passes)
    {
        var time = new ManualTime();
        using var agent = new TestAgent(KernelRoot.At("/proc", "/sys"), SamplingOptions.Default, time);
        var spent = new double[passes];
        for (var pass = -passes; pass < passes; pass++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            var start = Stopwatch.GetTimestamp();
            agent.Sampler.Take();
            if (pass >= 0)
                spent[pass] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        Array.Sort(spent);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ms={spent[passes / 2]:F4} passes={passes}"));
    }
}
