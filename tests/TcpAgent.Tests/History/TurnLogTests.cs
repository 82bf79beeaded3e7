using TcpAgent.History;
using TcpAgent.Resources;

namespace TcpAgent.Tests.History;

/// <summary>The live page shows changes in the words of the history.</summary>
public sealed class TurnLogTests : IDisposable
{
    readonly HistoryRig _rig = new();

    public void Dispose() => _rig.Dispose();

    void Happen()
    {
        _rig.Resource("accept_queue", 0, 4, 0, ResourceState.Ok);
        _rig.Tick(3);
        _rig.Resource("accept_queue", 5, 4, 9, ResourceState.Limiting);
        _rig.Resource("conntrack", 90, 100, 0, ResourceState.Near);
        _rig.Tick(5);
        _rig.Resource("conntrack", 10, 100, 0, ResourceState.Ok);
        _rig.Tick(2);
    }

    [Fact]
    public void TurnsAreThoseOfTheHistory()
    {
        Happen();
        using var file = HistoryFile.TryOpen(_rig.FilePath, out _)!;
        var (record, timeline) = (new HistoryRecord(), new Timeline(file.Header));
        foreach (var entry in file.Index())
            if (file.TryRead(entry, record))
                timeline.Add(record);
        var told = timeline.Finish().FindAll(one => one.Kind != EventKind.Loss);
        Assert.Equal(4, told.Count);
        Assert.Equal(told, _rig.Turns.Events.OrderBy(one => (one.Time, one.Series)));
    }

    [Fact]
    public void AClockSetBackBeginsTheListAgain()
    {
        Happen();
        _rig.Time.Advance(TimeSpan.FromHours(-1));
        _rig.Tick();
        Assert.Equal([Timeline.ClockSetBack], _rig.Turns.Events.Select(one => one.Text));
    }

    [Fact]
    public void TheNewestAreKept()
    {
        for (var i = 0; i < 100; i++)
        {
            _rig.Resource("conntrack", 90, 100, 0, i % 2 == 0 ? ResourceState.Near : ResourceState.Ok);
            _rig.Tick();
        }
        Assert.Equal(TurnLog.Most, _rig.Turns.Events.Length);
        Assert.Equal("verdict: conntrack is ok again", _rig.Turns.Events[^1].Text);
    }

    [Fact]
    public void ATickWithoutAChangeAllocatesNothing()
    {
        Happen();
        _rig.Tick(10);
        var exchange = _rig.Snapshots;
        _rig.Turns.Ticked(exchange);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _rig.Turns.Ticked(exchange);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
