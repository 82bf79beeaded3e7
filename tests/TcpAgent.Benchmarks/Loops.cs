using System.Globalization;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;

namespace TcpAgent.Benchmarks;

/// <summary>Back to back, beside peers/floor.c, which asks the kernel for the same: the median CPU time of a pass in milliseconds.</summary>
static class Loops
{
    /// <summary>Without walks, which are measured by themselves. A median tick is a fast one, since only every tenth is slow.</summary>
    internal static void Tick(int passes)
    {
        var time = new ManualTime();
        using var agent = new TestAgent(KernelRoot.At("/proc", "/sys"), SamplingOptions.Default with { WalkBudget = 1e-9 }, time);
        Measure(passes, warmUp: passes, () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            agent.Sampler.Take();
        });
    }

    /// <summary>The walk for the rare states.</summary>
    internal static void Walk(int passes)
    {
        using var table = new DiagSocketTable(NetlinkDump.For(NetlinkSocket.NETLINK_SOCK_DIAG));
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
