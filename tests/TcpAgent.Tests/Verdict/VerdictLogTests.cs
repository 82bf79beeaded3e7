using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Tests.History;
using TcpAgent.Tests.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>The log says when something starts to limit and when that ends, whoever reads it.</summary>
public sealed class VerdictLogTests : IDisposable
{
    static readonly Instance s_web = Listener(8080), s_tls = Listener(8443);

    readonly HistoryRig _rig = new();
    readonly ListLogger _logger = new();
    readonly VerdictLog _log;

    public VerdictLogTests() => _log = new VerdictLog(_logger, _rig.Time);

    public void Dispose() => _rig.Dispose();

    static EndpointInstance Listener(ushort port) => new(Endpoint.From([10, 91, 0, 1], port));

    void Tick(int count = 1)
    {
        for (var i = 0; i < count; i++)
        {
            _rig.Tick(drain: false);
            _log.Ticked(_rig.Snapshots);
        }
    }

    void Blame(Instance listener)
    {
        _rig.Subjects.Clear();
        _rig.Subjects.Add(new SubjectInstance(ResourceCatalog.AcceptQueue, listener))[ResourceMonitor.Subject] = 1;
    }

    /// <summary>One turn to limiting and back, a second each.</summary>
    void Turn()
    {
        _rig.Resource("accept_queue", 5, 4, 0, ResourceState.Limiting);
        Tick();
        _rig.Resource("accept_queue", 0, 4, 0, ResourceState.Ok);
        Tick();
    }

    [Fact]
    public void AHealthyHostLogsNothing()
    {
        _rig.Resource("accept_queue", 4, 4, 7, ResourceState.Near);
        Tick(30);
        _rig.Resource("accept_queue", 0, 4, 7, ResourceState.Ok);
        Tick(30);
        Assert.Empty(_logger.Lines);
    }

    [Fact]
    public void AnOutageHasOneLineAtItsStartAndOneAtItsEnd()
    {
        _rig.Resource("accept_queue", 0, 4, 1_000, ResourceState.Ok);
        Tick(10);
        Blame(s_web);
        _rig.Resource("accept_queue", 5, 4, 1_110, ResourceState.Limiting, recent: 110);
        Tick();
        Assert.Equal(
            [
                "Warning: Limiting: Port 8080 turns connections away: accept queue full, 5 of 4 "
                    + "(accept_queue of 10.91.0.1:8080, 110 lost)",
            ],
            _logger.Lines);

        Tick(30);
        _rig.Resource("accept_queue", 5, 4, 2_550, ResourceState.Limiting, recent: 900);
        Tick(64);
        _rig.Resource("accept_queue", 0, 4, 2_550, ResourceState.Near);
        Tick(20);
        Assert.Equal(
            [
                "Information: No longer limiting: Port 8080 turned connections away: accept queue full, 5 of 4 "
                    + "(accept_queue of 10.91.0.1:8080, after 95 s, 1,550 lost)",
            ],
            _logger.Lines.Skip(1));
    }

    [Fact]
    public void ASecondListenerThatLimitsMeanwhileIsNamedOnce()
    {
        Blame(s_web);
        _rig.Resource("accept_queue", 5, 4, 0, ResourceState.Limiting);
        Tick();
        for (var i = 0; i < 5; i++)
        {
            Blame(s_tls);
            Tick();
            Blame(s_web);
            Tick();
        }
        _rig.Resource("accept_queue", 0, 4, 0, ResourceState.Ok);
        Tick();
        Assert.Equal(
            [
                "Warning: Limiting: Port 8080 turns connections away: accept queue full, 5 of 4 (accept_queue of 10.91.0.1:8080)",
                "Warning: Limiting: Port 8443 turns connections away: accept queue full, 5 of 4 (accept_queue of 10.91.0.1:8443)",
                "Information: No longer limiting: Port 8080 turned connections away: accept queue full, 5 of 4 "
                    + "(accept_queue of 10.91.0.1:8080 and 1 more, after 11 s)",
            ],
            _logger.Lines);
    }

    [Fact]
    public void FiguresThatNothingShowsAreLeftOutAndBytesHaveAUnit()
    {
        _rig.Resource("nat_ports", KernelValue.Absent, KernelValue.Absent, 12, ResourceState.Limiting, recent: 12);
        _rig.Resource("tcp_memory", 3 << 20, 2 << 20, KernelValue.Absent, ResourceState.Limiting);
        Tick();
        Assert.Equal(
            [
                "Warning: Limiting: New connections through NAT are dropped: no port to the destination is free (nat_ports, 12 lost)",
                "Warning: Limiting: TCP is short of memory: tcp_mem used up, 3 MiB of 2 MiB (tcp_memory)",
            ],
            _logger.Lines.Order());
    }

    [Fact]
    public void AResourceThatKeepsTurningDoesNotFloodTheLogAndTheLinesSayWhatTheyLeaveOut()
    {
        for (var i = 0; i < 100; i++)
            Turn();
        var lines = _logger.Lines;
        Assert.Equal(10, lines.Count);
        Assert.EndsWith("5 of 4 (accept_queue)", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("; further changes of accept_queue are logged at most every 10 minutes", lines[8], StringComparison.Ordinal);

        // 100 turns take 200 s; the first line comes back ten minutes after it was spent.
        Tick(402);
        Turn();
        Assert.Equal(
            "Warning: Limiting: A listener turns connections away: accept queue full, 5 of 4 (accept_queue); 95 earlier times were not "
            + "logged; further changes of accept_queue are logged at most every 10 minutes", _logger.Lines[10]);
        Assert.Equal(12, _logger.Lines.Count);

        // Another resource has lines of its own.
        _rig.Resource("conntrack", 100, 100, 0, ResourceState.Limiting);
        Tick();
        Assert.Equal(13, _logger.Lines.Count);
    }

    [Fact]
    public void AnOutageThatFollowsAFlapIsLoggedHoweverLateAndSaysSinceWhen()
    {
        for (var i = 0; i < 5; i++)
            Turn();
        _rig.Resource("accept_queue", 5, 4, 0, ResourceState.Limiting);
        Tick(600);
        Assert.Equal(11, _logger.Lines.Count);
        Assert.Contains(", for 59", _logger.Lines[10], StringComparison.Ordinal);
    }

    /// <summary>One author: the line has the sentence that `why` and the page show of the same sample.</summary>
    [Fact]
    public void ALineSaysWhatTheVerdictSaysOfTheSameSample()
    {
        Blame(s_web);
        var slots = _rig.Listeners.Add(s_web);
        slots[ListenerRows.OldestWait] = 30_000;
        _rig.Resource("accept_queue", 5, 4, 1_110, ResourceState.Limiting, recent: 110);
        _rig.Resource("conntrack", 262_144, 262_144, 12, ResourceState.Limiting, recent: 12);
        Tick();
        var verdict = ResourceRig.Judge(_rig.Snapshots);
        Assert.Equal(
            verdict.In(ResourceState.Limiting).Select(report => $"Warning: Limiting: {report.Headline}"),
            _logger.Lines.Select(line => line[..line.IndexOf(" (", StringComparison.Ordinal)]));
        Assert.Contains("Port 8080 is not accepting: ", _logger.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void ASteadyStateAllocatesNothing()
    {
        Blame(s_web);
        _rig.Resource("accept_queue", 5, 4, 1_110, ResourceState.Limiting, recent: 110);
        Tick(5);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _log.Ticked(_rig.Snapshots);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
