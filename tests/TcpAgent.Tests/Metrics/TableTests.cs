using TcpAgent.Metrics;

namespace TcpAgent.Tests.Metrics;

public class BlockTests
{
    static readonly Metric[] s_rows = [Metric.Gauge("Tcp", "A", "a", ""), Metric.Gauge("TcpExt", "A", "b", ""), Metric.Gauge("", "A", "c", "")];

    [Fact]
    public void AFieldIsFoundBySectionAndName()
    {
        var table = new Table(s_rows);
        Assert.Equal((0, 1, 2), (table.Find("Tcp"u8, "A"u8), table.Find("TcpExt"u8, "A"u8), table.Find([], "A"u8)));
        Assert.Equal(-1, table.Find("MPTcpExt"u8, "A"u8));
        Assert.Equal(-1, table.Find("Tcp"u8, "AA"u8));
    }

    [Fact]
    public void ANewInstanceIsAbsentEvenWhereAnOldOneWas()
    {
        var table = new Table(s_rows, "cpu");
        for (var i = 0; i < 100; i++)
            table.Add([(byte)i]).Fill(i);
        table.Withdraw();
        Assert.Equal(0, table.Count);
        Assert.False(table.Add([1]).ContainsAnyExcept(Metric.Absent));
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void ACopyHasTheInstancesOfItsSourceOnly()
    {
        var source = new Table(s_rows, "cpu");
        var copy = new Table(s_rows, "cpu");
        source.Add([1]).Fill(1);
        source.Add([2]).Fill(2);
        source.Add([3]).Fill(3);
        copy.CopyFrom(source);
        Assert.Equal((3, 3), (copy.Count, copy[2][2]));
        source.Withdraw();
        source.Add([9]).Fill(9);
        Assert.Equal(1, copy[0][0]);
        copy.CopyFrom(source);
        Assert.Equal((1, 9), (copy.Count, copy[0][0]));
        Assert.True(copy.Key(0).SequenceEqual("\t"u8));
    }
}
