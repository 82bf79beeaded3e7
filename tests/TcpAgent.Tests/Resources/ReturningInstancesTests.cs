using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Resources;

/// <summary>What an instance lost while it was away is in the sum when it is back.</summary>
public class ReturningInstancesTests
{
    readonly Table _table = new(Softnet.Rows);
    readonly CpuInstance[] _cpus = [new(0), new(1), new(2)];
    readonly Tally _tally;

    public ReturningInstancesTests() => _tally = Tally.Of(new SlotRef(_table, Softnet.Dropped));

    /// <summary>One tick; null is a CPU that is offline.</summary>
    void Tick(params long?[] dropped)
    {
        _table.Remember();
        _table.Withdraw();
        for (var i = 0; i < dropped.Length; i++)
            if (dropped[i] is { } value)
                _table.Add(_cpus[i])[Softnet.Dropped] = value;
        _tally.Update();
    }

    void Shows(Expected total, Expected increase) =>
        new Facts("tally").Is(total, _tally.Total).Is(increase, _tally.Increase).Verify();

    [Fact]
    public void ACpuThatWasOfflineAddsWhatItDroppedMeanwhile()
    {
        Tick(100, 100, 100);
        Shows(total: 300, increase: 0);
        Tick(100, null, 100);
        Shows(total: 300, increase: 0);
        Tick(101, null, 100);
        Shows(total: 301, increase: 1);
        Tick(101, 107, 100);
        Shows(total: 308, increase: 7);
        Tick(101, 108, 100);
        Shows(total: 309, increase: 1);
        Assert.Same(_cpus[1], _tally.Worst);
    }

    [Fact]
    public void ACpuThatCountsFromZeroAgainAddsItsCount()
    {
        Tick(100, 100);
        Tick(100, null);
        Tick(100, 3);
        Shows(total: 203, increase: 3);
    }

    [Fact]
    public void ANewCpuAddsNothingAtFirst()
    {
        Tick(100, null);
        Tick(100, 5000);
        Shows(total: 100, increase: 0);
        Tick(100, 5001);
        Shows(total: 101, increase: 1);
    }

    [Fact]
    public void WhileTheFileCannotBeReadNoCpuIsForgotten()
    {
        Tick(100, 100);
        Tick(null, null);
        Assert.Equal(KernelValue.Absent, _tally.Total);
        Tick(null, null);
        Tick(102, 104);
        Shows(total: 206, increase: 6);
    }
}
