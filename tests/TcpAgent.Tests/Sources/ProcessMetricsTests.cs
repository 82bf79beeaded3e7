using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

/// <summary>Each figure of the agent's own process, from a folder in which no two are equal.</summary>
public sealed class ProcessMetricsTests : IDisposable
{
    // proc_pid_stat(5): utime 14, stime 15, num_threads 20, starttime 22, vsize 23, rss 24; the command's name has a parenthesis and
    // spaces.
    const string Stat =
        "77 (tcp ) agent) S 1 77 77 0 -1 4194560 5 0 0 0 31 11 0 0 20 0 17 0 4200 268435456 5300 18446744073709551615 1 1 0\n";

    const string Limits =
        "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            4096                 "
        + "524288               files     \nMax address space         unlimited            unlimited            bytes     \n";

    readonly TempRoot _root = new();
    readonly ProcessMetrics _source;

    public ProcessMetricsTests()
    {
        _root.Write("self/stat", Stat);
        _root.Write("self/limits", Limits);
        _root.Write("stat", "cpu  1 2 3\nbtime 1700000000\n");
        for (var fd = 0; fd < 9; fd++)
            _root.Write($"self/fd/{fd}", "");
        _source = new ProcessMetrics(_root.Kernel);
    }

    public void Dispose()
    {
        _source.Dispose();
        _root.Dispose();
    }

    [Theory]
    [InlineData("process_cpu_seconds_total", 31 + 11)]
    [InlineData("process_max_fds", 4096)]
    [InlineData("process_virtual_memory_bytes", 268435456)]
    [InlineData("process_virtual_memory_max_bytes", long.MaxValue)]
    [InlineData("process_resident_memory_bytes", 5300)]
    [InlineData("process_start_time_seconds", (1_700_000_000L * 100) + 4200)]
    [InlineData("process_threads", 17)]

    // /proc/self/fd also lists the agent's own directory stream; a folder does not.
    [InlineData("process_open_fds", 9 - 1)]
    public void EachFigureGoesToItsName(string metric, long value)
    {
        Assert.Equal(Outcome.Ok, _source.Read().Outcome);
        Assert.Equal(value, _source.Value(metric));
    }

    [Fact]
    public void ATornStatIsAFailureAndLeavesNothing()
    {
        _root.Write("self/stat", Stat[..60]);
        Assert.Equal(Outcome.Failed, _source.Read().Outcome);
        Assert.Null(_source.Value("process_threads"));
        Assert.Equal(1, _source.Malformed);
    }
}
