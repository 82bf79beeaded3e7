using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Resources;

/// <summary>What one of many lost while it was away is in the sum when it is back.</summary>
public class ReturningInstancesTests
{
    readonly Table _table = new(Softnet.Rows);
    readonly CpuInstance[] _cpus = [new(0), new(1), new(2)];
    readonly Tally _tally;

    public ReturningInstancesTests() => _tally = Tally.Of(new SlotRef(_table, Softnet.Dropped));

    /// <summary>One tick; null is a CPU that is offline.</summary>
    (long Total, long Increase) Tick(params long?[] dropped)
    {
        _table.Remember();
        _table.Withdraw();
        for (var i = 0; i < dropped.Length; i++)
            if (dropped[i] is { } value)
                _table.Add(_cpus[i])[Softnet.Dropped] = value;
        _tally.Update();
        return (_tally.Total, _tally.Increase);
    }

    [Fact]
    public void ACpuThatWasOfflineBringsWhatItDroppedMeanwhile()
    {
        Assert.Equal((300, 0), Tick(100, 100, 100));
        Assert.Equal((300, 0), Tick(100, null, 100));
        Assert.Equal((301, 1), Tick(101, null, 100));
        Assert.Equal((308, 7), Tick(101, 107, 100));
        Assert.Equal((309, 1), Tick(101, 108, 100));
        Assert.Same(_cpus[1], _tally.Worst);
    }

    [Fact]
    public void ACpuThatCountsFromZeroAgainBringsWhatItCounted()
    {
        Tick(100, 100);
        Tick(100, null);
        Assert.Equal((203, 3), Tick(100, 3));
    }

    [Fact]
    public void ACpuThatIsNewBringsNothing()
    {
        Tick(100, null);
        Assert.Equal((100, 0), Tick(100, 5000));
        Assert.Equal((101, 1), Tick(100, 5001));
    }

    [Fact]
    public void WhereAllWereAwayAsWhileTheFileCannotBeReadNoneIsForgotten()
    {
        Tick(100, 100);
        Assert.Equal(KernelValue.Absent, Tick(null, null).Total);
        Tick(null, null);
        Assert.Equal((206, 6), Tick(102, 104));
    }
}
