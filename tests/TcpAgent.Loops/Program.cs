using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.Cli;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.System;

namespace TcpAgent.Loops;

/// <summary>
/// tick N or walk N: N of them back to back, beside the floor.c of the benchmarks, which asks the kernel for the same. Prints the median
/// CPU time of a pass in milliseconds.
/// </summary>
static class Program
{
    static int Main(string[] args)
    {
        if (args is not ["tick" or "walk", var count]
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var passes) || passes == 0)
        {
            Console.Error.WriteLine("usage: TcpAgent.Loops tick|walk N");
            return 64;
        }
        Action<int> loop = args[0] == "tick" ? Tick : Walk;
        loop(passes);
        return 0;
    }

    /// <summary>Without walks, which are measured by themselves. A median tick is a fast one, since only every tenth is slow.</summary>
    static void Tick(int passes)
    {
        var time = new ManualTime();
        var options = SamplingOptions.Default with { WalkBudget = 1e-9 };
        using var sampler = new Sampler(
            Composition.Sources(KernelRoot.At("/proc", "/sys"), options, time), new AgentMetrics("0.0.0", "loops"), options, time,
            NullLogger.Instance, () => 0);
        Measure(passes, warmUp: passes, () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            sampler.Take();
        });
    }

    /// <summary>The walk for the rare states.</summary>
    static void Walk(int passes)
    {
        using var table = new NetlinkSocketTable(NetlinkDump.For(NetlinkSocket.NETLINK_SOCK_DIAG));
        var census = new SocketCensus();
        Measure(passes, warmUp: 1, () => table.Walk(census, full: false));
    }

    static void Measure(int passes, int warmUp, Action pass)
    {
        for (var i = 0; i < warmUp; i++)
            pass();
        var spent = new double[passes];
        for (var i = 0; i < passes; i++)
        {
            var start = Libc.ThreadCpuTime();
            pass();
            spent[i] = (Libc.ThreadCpuTime() - start) / 1e6;
        }
        Array.Sort(spent);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ms={spent[passes / 2]:F4} passes={passes}"));
    }
}
