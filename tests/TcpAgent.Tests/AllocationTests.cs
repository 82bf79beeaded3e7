using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.History;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Tests;

/// <summary>While other tests run, the live kernel's sockets change, and a new listener does allocate.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;

/// <summary>
/// After warm-up a tick allocates nothing, including the slow lane and the agent's own events, and neither does rendering the
/// snapshot.
/// </summary>
[Collection(nameof(Alone))]
public class AllocationTests
{
    const int WarmUps = 200;
    const int Passes = 1000;

    [Fact]
    [Trait("Category", "live")]
    [Trait("Category", "slow")]
    public void TicksAndRenderingsOfTheLiveKernelAllocateNothing()
    {
        var time = new ManualTime();
        using var agent = new TestAgent(KernelRoot.At("/proc", "/sys"), SamplingOptions.Default, time);

        // The first full count may start its thread, once, and waits long if the first walk was expensive.
        Pass(agent, time);
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (agent.Value("tcpagent_walk_checks_total") == "0" && DateTime.UtcNow < deadline)
        {
            time.Advance(TimeSpan.FromHours(1));
            Pass(agent, time);
            Thread.Sleep(1);
        }
        AssertAllocatesNothing(agent, time, Passes, isLive: true);
        Assert.NotNull(agent.Value("tcpagent_softnet_processed_total{cpu=\"0\"}"));
        Assert.NotNull(agent.Value("tcpagent_device_receive_bytes_total{device=\"lo\"}"));
    }

    [Theory]
    [InlineData("many", 20)]
    [InlineData("sysfs", Passes)]
    [InlineData("torn", Passes)]
    [InlineData("linux-3.10-el7", Passes)]
    [InlineData("ipv6-off", Passes)]
    [InlineData("conntrack-absent", Passes)]
    public void TicksAndRenderingsOfAFixtureAllocateNothing(string set, int passes)
    {
        var time = new ManualTime();
        using var agent = TestAgent.OverFixture(set, time);
        AssertAllocatesNothing(agent, time, passes);

        // Every tick was counted.
        Assert.Contains(
            $"tcpagent_tick_duration_seconds_count {Math.Min(WarmUps, passes) + passes}\n",
            Encoding.UTF8.GetString(agent.RenderWhole(ExpositionFormat.Text)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void EveryEventOfATickAllocatesNothing()
    {
        var events = new AgentEvents();
        var changes = events.VerdictChangesTo("limiting");
        long allocated = 0;
        for (var i = 0; i < 1000; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            events.Ticked(TimeSpan.FromTicks(i * 1000));
            events.Walked(TimeSpan.FromTicks(i * 1000));
            events.HistoryWritten(TimeSpan.FromTicks(i * 1000));
            events.Connections.Add(i % 2 == 0, roundTrip: 900 + i, lowest: 900, sent: 1_000, retransmitted: i % 100, connections: 8);
            changes.Inc();
            allocated += i < 5 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
    }

    /// <summary>The library's stream and its buffer. A stream that is kept would cost nothing.</summary>
    [Fact]
    public void TheAgentsOwnEventsAreWrittenByLittleMoreThanOneBufferOfTheLibrarys()
    {
        var time = new ManualTime();
        using var agent = TestAgent.OverFixture("linux-6.18", time);
        agent.Sampler.Take();
        long allocated = 0;
        for (var i = 0; i < 100; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            agent.RenderWhole(ExpositionFormat.OpenMetrics);
            allocated += i < 50 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.InRange(allocated / 50, 0, 20_000);
    }

    [Fact]
    public void RecordingATickAndWritingItAllocateNothing()
    {
        var folder = Directory.CreateTempSubdirectory("tcp-agent-");
        try
        {
            var time = new ManualTime();
            using var agent = TestAgent.OverFixture("many", time);
            using var writer = new HistoryWriter(
                Path.Combine(folder.FullName, "history.ring"), HistoryHeader.For(TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1)), time,
                NullLogger.Instance,
                agent.Events);
            var recorder = new Recorder(writer, TimeSpan.FromSeconds(1));
            long allocated = 0;
            for (var i = 0; i < 300; i++)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                agent.Sampler.Take();
                var before = GC.GetAllocatedBytesForCurrentThread();
                recorder.Ticked(agent.Sampler.Snapshots);
                writer.Drain();
                allocated += i < 5 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before;
            }
            Assert.Equal(300, writer.Counters.Written);
            Assert.Equal(0, allocated);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static void AssertAllocatesNothing(TestAgent agent, ManualTime time, int passes, bool isLive = false)
    {
        for (var i = 0; i < Math.Min(WarmUps, passes); i++)
            Pass(agent, time);

        // Something new on the host (a device, a listener, a first expensive walk) may allocate, once: what is new in one round is known in
        // the next. The fixtures never change, so they have no such excuse.
        var rounds = isLive ? 3 : 1;
        long allocated = 0;
        for (var round = 0; round < rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < passes; i++)
                Pass(agent, time);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated == 0)
                return;
        }
        Assert.Equal(0, allocated);
    }

    static void Pass(TestAgent agent, ManualTime time)
    {
        time.Advance(TimeSpan.FromSeconds(1));
        agent.Sampler.Take();
        agent.Render(ExpositionFormat.Text);
        agent.Render(ExpositionFormat.OpenMetrics);
    }
}
