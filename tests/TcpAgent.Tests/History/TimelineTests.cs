using TcpAgent.History;
using TcpAgent.Kernel;
using TcpAgent.Resources;

namespace TcpAgent.Tests.History;

/// <summary>What happened, in which order, told from records alone.</summary>
public sealed class TimelineTests : IDisposable
{
    readonly HistoryRig _rig = new();

    public void Dispose() => _rig.Dispose();

    string[] Events()
    {
        using var file = HistoryFile.TryOpen(_rig.FilePath, out _)!;
        var (record, timeline) = (new HistoryRecord(), new Timeline(file.Header));
        var index = file.Index();
        foreach (var entry in index)
            if (file.TryRead(entry, record))
                timeline.Add(record);
        return [.. timeline.Finish().Select(one => $"{(one.Time - index[0].Time) / 1000} {one.Text}")];
    }

    void Hold(string state, long value, int seconds)
    {
        _rig.State(state, value);
        _rig.Tick(seconds);
    }

    [Fact]
    public void AnOutageIsToldInTheOrderInWhichItCame()
    {
        _rig.State("syn_recv", 3);
        _rig.State("close_wait", 0);
        _rig.State("last_ack", 1);
        _rig.Resource("accept_queue", 0, 511, 1000, ResourceState.Ok);
        _rig.Tick(60);
        Hold("syn_recv", 300, 2);
        _rig.State("close_wait", 40);
        Hold("syn_recv", 540, 3);
        _rig.Subject("accept_queue", "[::]:443");
        _rig.Resource("accept_queue", 512, 511, 1186, ResourceState.Limiting);
        Hold("close_wait", 700, 10);
        _rig.Resource("accept_queue", 400, 511, 1200, ResourceState.Limiting);
        Hold("last_ack", 90, 5);
        Hold("syn_recv", 4, 1);
        _rig.Resource("accept_queue", 0, 511, 1200, ResourceState.Ok);
        Hold("close_wait", 2, 20);

        Assert.Equal(
            [
                "0 the agent started",
                "60 SYN_RECV jumps from 3 to 540 within 2 s, back after 20 s",
                "62 CLOSE_WAIT jumps from 0 to 700 within 3 s, back after 19 s",
                "65 accept_queue: 200 lost within 10 s",
                "65 verdict: accept_queue of [::]:443 is limiting, 512 of 511",
                "75 LAST_ACK jumps from 1 to 90, still up after 25 s",
                "81 verdict: accept_queue is ok again",
            ],
            Events());
    }

    [Fact]
    public void ANewLevelIsToldOnceAndThenIsTheUsualOne()
    {
        Hold("time_wait", 100, 60);
        Hold("time_wait", 5000, 600);
        Hold("time_wait", 5020, 60);
        Assert.Equal(["0 the agent started", "60 TIME_WAIT jumps from 100 to 5000, and stays up"], Events());
    }

    [Fact]
    public void SmallAndSlowChangesAreNoJumps()
    {
        for (var i = 0; i < 600; i++)
        {
            _rig.State("established", 1000 + (i * 4));
            _rig.State("close_wait", i % 15);
            _rig.Tick();
        }
        Assert.Equal(["0 the agent started"], Events());
    }

    [Fact]
    public void GapsRestartsAndClockStepsAreTold()
    {
        _rig.Tick(10);
        _rig.Restart();
        _rig.Time.Advance(TimeSpan.FromSeconds(35));
        _rig.Tick(10);
        _rig.Time.Advance(TimeSpan.FromSeconds(5));
        _rig.Tick(10);
        _rig.Time.Advance(TimeSpan.FromHours(1));
        _rig.Tick();
        Assert.Equal(
            [
                "0 the agent started",
                "45 the agent started again, 35 s are missing",
                "60 a gap of 5 s: nothing was recorded, or the clock was set forward",
                "3670 a gap of 60 min: nothing was recorded, or the clock was set forward",
            ],
            Events());
    }

    [Fact]
    public void NoLengthIsToldAcrossAClockThatWasSetBack()
    {
        _rig.State("syn_recv", 3);
        _rig.Resource("accept_queue", 0, 511, 0, ResourceState.Ok);
        _rig.Tick(60);
        _rig.Resource("accept_queue", 0, 511, 7, ResourceState.Ok);
        Hold("syn_recv", 540, 5);
        _rig.Time.Advance(TimeSpan.FromHours(-1));
        _rig.Tick(20);
        _rig.Resource("accept_queue", 0, 511, 16, ResourceState.Ok);
        Hold("syn_recv", 4, 20);
        Assert.Equal(
            [
                "-3535 the clock was set back",
                "-3515 accept_queue: 9 lost within 1 s",
                "0 the agent started",
                "60 accept_queue: 7 lost within 1 s",
                "60 SYN_RECV jumps from 3 to 540, still up after 4 s",
            ],
            Events());
    }

    [Fact]
    public void AResourceThatIsNeverKnownOrAlwaysFineSaysNothing()
    {
        _rig.Resource("qdisc", 0, 1000, 0, ResourceState.Ok);
        _rig.Resource("time_wait", 0, 1000, KernelValue.Absent, ResourceState.Near);
        _rig.Tick(5);
        Assert.Equal(["0 the agent started", "0 verdict: time_wait is near its limit, 0 of 1000"], Events());
    }

    /// <summary>A range that begins within an outage has no turn: the state is older.</summary>
    [Fact]
    public void AStateThatIsOlderThanTheRangeIsNoTurn()
    {
        _rig.Subject("accept_queue", "[::]:443");
        _rig.Resource("accept_queue", 512, 511, 7, ResourceState.Limiting);
        _rig.Tick(20);
        _rig.Resource("accept_queue", 0, 511, 7, ResourceState.Ok);
        _rig.Tick(5);
        using var file = HistoryFile.TryOpen(_rig.FilePath, out _)!;
        var (record, timeline) = (new HistoryRecord(), new Timeline(file.Header));
        foreach (var entry in file.Index()[10..])
            if (file.TryRead(entry, record))
                timeline.Add(record);
        Assert.Equal(
            [
                (EventKind.Limiting, true, "verdict: accept_queue of [::]:443 is already limiting, 512 of 511"),
                (EventKind.Ok, false, "verdict: accept_queue is ok again"),
            ],
            timeline.Finish().Select(one => (one.Kind, one.IsStanding, one.Text)));
    }

    [Fact]
    public void DropsThatMayBeHarmlessAndThoseOfAResourceAreNotToldTwice()
    {
        var (harmless, own, stage) = (
            _rig.Stage("no_handler"), _rig.Stage("accept_queue"),
            _rig.Stage("socket_receive"));
        for (var i = 0; i < 30; i++)
        {
            harmless[DropRows.Total] = own[DropRows.Total] = i;
            stage[DropRows.Total] = i < 20 ? 5 : 9;
            _rig.Tick();
        }
        Assert.Equal(["0 the agent started", "20 socket_receive: 4 dropped within 1 s"], Events());
    }
}
