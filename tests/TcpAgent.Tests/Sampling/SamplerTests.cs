using System.Buffers;
using System.Text;
using TcpAgent.Metrics;
using TcpAgent.Sampling;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sampling;

public class SamplerTests
{
    readonly ManualTime _time = new();
    readonly ListLogger _log = new();

    [Fact]
    public void ASourceThatThrowsTakesNoOtherWithIt()
    {
        var (bad, good) = (new FakeSource("bad"), new FakeSource("good"));
        using var sampler = Create(bad, good);
        sampler.Take();
        Assert.Equal(["tcpagent_bad 1", "tcpagent_good 1"], Values(sampler));
        bad.Throws = true;
        Take(sampler, 5);
        Assert.Equal(["tcpagent_good 6"], Values(sampler));
        bad.Throws = false;
        Take(sampler, 5);
        Assert.Equal(["tcpagent_bad 11", "tcpagent_good 11"], Values(sampler));
    }

    [Fact]
    public void AStateIsLoggedOnceWhenItChangesAndNotAgain()
    {
        var source = new FakeSource("one");
        using var sampler = Create(source);
        Take(sampler, 3);
        source.Status = ReadStatus.Failed("/proc/x", 13);
        Take(sampler, 10);
        source.Status = ReadStatus.Malformed("/proc/x", 4);
        Take(sampler, 5);
        source.Status = ReadStatus.Malformed("/proc/x", 9);
        Take(sampler, 5);
        source.Status = ReadStatus.Ok;
        Take(sampler, 10);
        source.Throws = true;
        Take(sampler, 10);
        Assert.Equal(
            [
                "Error: Source one failed, its series are withdrawn: /proc/x: EACCES: Permission denied",
                "Warning: Source one was only partly readable; failed parts are not exported: /proc/x: line 4 is torn or not in the "
                    + "kernel's format",
                "Information: Source one works again by procfs",
                "Error: Source one failed with an unexpected exception, which is a bug in the agent; its series are withdrawn",
                "Error: Source one failed, its series are withdrawn: InvalidOperationException",
            ],
            _log.Lines);
    }

    [Fact]
    public void ASourceThatLooksInDeriveHealsThere()
    {
        var source = new FakeSource("one") { DerivesStatus = true, Status = ReadStatus.Failed("/proc/x", 24) };
        using var sampler = Create(source);
        Take(sampler, 2);
        source.Next = ReadStatus.Ok;
        Take(sampler, 2);
        Assert.Equal("Information: Source one works again by procfs", _log.Lines[^1]);
    }

    [Fact]
    public void AFailureInDeriveIsIsolatedToo()
    {
        var (bad, good) = (new FakeSource("bad") { ThrowsInDerive = true }, new FakeSource("good"));
        using var sampler = Create(bad, good);
        Take(sampler, 10);
        Assert.Equal(["tcpagent_good 10"], Values(sampler));
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public void TheSlowLaneIsReadAtStartAndEveryTenSeconds()
    {
        var (fast, slow) = (new FakeSource("fast"), new FakeSource("slow", isSlow: true));
        using var sampler = Create(fast, slow);
        Take(sampler, 25);
        Assert.Equal(25, fast.Reads);
        Assert.Equal(3, slow.Reads);
        Assert.Equal(["tcpagent_fast 25", "tcpagent_slow 3"], Values(sampler));
        sampler.Reopen();
        Take(sampler, 1);
        Assert.Equal(4, slow.Reads);
    }

    [Fact]
    public void ASourceThatIsNotExportedIsStillRead()
    {
        var hidden = new FakeSource("hidden") { IsExported = false };
        using var sampler = Create(hidden, new FakeSource("shown"));
        Take(sampler, 2);
        Assert.Equal(2, hidden.Reads);
        Assert.Equal(["tcpagent_shown 2"], Values(sampler));
    }

    [Fact]
    public void StatusCountsTheSourcesAndThoseThatFail()
    {
        var source = new FakeSource("one");
        using var sampler = Create(source, new FakeSource("two"));
        Take(sampler, 1);
        Assert.Equal("sampling 2 sources", sampler.Describe());
        source.Status = ReadStatus.Failed("x", 5);
        Take(sampler, 1);
        Assert.Equal("sampling 2 sources, 1 failing", sampler.Describe());
        source.Status = ReadStatus.Absent;
        Take(sampler, 1);
        Assert.Equal("sampling 2 sources", sampler.Describe());
    }

    Sampler Create(params Source[] sources) =>
        new(sources, new AgentMetrics("0", "0"), SamplingOptions.Default, _time, _log, () => 0);

    void Take(Sampler sampler, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            sampler.Take();
        }
    }

    static string[] Values(Sampler sampler)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var snapshot = sampler.Snapshots.Acquire()!;
        new Exposition(sampler.Tables, 4096).Write(snapshot, ExpositionFormat.Text, [], buffer);
        sampler.Snapshots.Release(snapshot);
        return [.. Encoding.UTF8.GetString(buffer.WrittenSpan).Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#' && !line.Contains("_sample", StringComparison.Ordinal)
                && !line.Contains("_source_", StringComparison.Ordinal) && !line.Contains("_build_", StringComparison.Ordinal)
                && !line.Contains("_log_", StringComparison.Ordinal))];
    }

    sealed class FakeSource(string name, bool isSlow = false)
        : Source(name, RowsOf(name))
    {
        static Rows RowsOf(string name)
        {
            var rows = new Rows();
            rows.Gauge($"tcpagent_{name}", "How often it was read.");
            return rows;
        }

        internal override bool IsSlow => isSlow;

        internal int Reads { get; private set; }

        internal bool Throws { get; set; }

        internal bool ThrowsInDerive { get; set; }

        internal ReadStatus Status { get; set; }

        /// <summary>Whether the next status is found in Derive.</summary>
        internal bool DerivesStatus { get; init; }

        internal ReadStatus? Next { get; set; }

        internal override bool LooksInDerive => DerivesStatus;

        internal override ReadStatus Read(in Tick tick)
        {
            Reads++;
            Tables[0][0].Values[0] = Reads;
            return Throws ? throw new InvalidOperationException("as the test asked") : Status;
        }

        internal override void Derive(in Tick tick)
        {
            if (ThrowsInDerive)
                throw new InvalidOperationException("as the test asked");
            Status = Next ?? Status;
        }
    }
}
