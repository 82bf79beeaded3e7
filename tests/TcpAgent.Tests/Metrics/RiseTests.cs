using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Tests.Metrics;

/// <summary>What a table remembers of the tick before, and the one rule for a counter that fell.</summary>
public class RiseTests
{
    static readonly Rows s_plain = new(), s_cpus = new("cpu");
    static readonly Row s_count = s_plain.Counter("a_total", ""), s_dropped = s_cpus.Counter("b_total", "");
    static readonly Instance s_zero = new("cpu 0"), s_one = new("cpu 1"), s_two = new("cpu 2");

    [Theory]
    [InlineData(5, 9, 4)]
    [InlineData(5, 5, 0)]
    [InlineData(5, 3, 3)]
    [InlineData(KernelValue.Absent, 9, 0)]
    [InlineData(5, KernelValue.Absent, 0)]
    public void ACounterThatFellCountsFromZeroAndAnAbsentOneDoesNotRise(long before, long now, long rise)
    {
        var table = new Table(s_plain);
        table[s_count] = before;
        table.Remember();
        table[s_count] = now;
        Assert.Equal(rise, table.Rise(s_count));
        Assert.Equal(before != now, table.HasChanged(s_count));
    }

    [Fact]
    public void AtTheFirstTickNothingHasRisen()
    {
        var table = new Table(s_plain);
        table[s_count] = 7;
        Assert.Equal(0, table.Rise(s_count));
        Assert.True(table.HasChanged(s_count));
    }

    static void Add(Table table, Instance cpu, long dropped) => table.Add(cpu)[s_dropped] = dropped;

    [Fact]
    public void AnInstanceIsFollowedWhateverItsPlace()
    {
        var table = new Table(s_cpus);
        Add(table, s_zero, 10);
        Add(table, s_one, 20);
        table.Remember();
        table.Withdraw();
        Add(table, s_one, 21);
        Add(table, s_two, 500);
        Add(table, s_zero, 12);
        Assert.Equal(1, table.Rise(s_dropped, 0));
        Assert.Equal(0, table.Rise(s_dropped, 1));
        Assert.Equal(2, table.Rise(s_dropped, 2));
    }
}
