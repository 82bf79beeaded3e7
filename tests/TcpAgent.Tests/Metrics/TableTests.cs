using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Tests.Metrics;

public class TableTests
{
    static readonly Rows s_rows = new("cpu");
    static readonly Row s_a = s_rows.Gauge("a", ""), s_b = s_rows.Gauge("b", "");
    static readonly Instance s_one = new("one"), s_two = new("two"), s_three = new("three"), s_nine = new("nine");

    [Fact]
    public void AFieldIsFoundBySectionAndName()
    {
        var rows = new Rows();
        var tcp = rows.Section("Tcp").Gauge("A", "a", "");
        var tcpExt = rows.Section("TcpExt").Gauge("A", "b", "");
        var plain = rows.Gauge("c", "", field: "A");
        Assert.Same(tcp, rows.Find("Tcp"u8, "A"u8));
        Assert.Same(tcpExt, rows.Find("TcpExt"u8, "A"u8));
        Assert.Same(plain, rows.Find([], "A"u8));
        Assert.Null(rows.Find("MPTcpExt"u8, "A"u8));
        Assert.Null(rows.Find("Tcp"u8, "AA"u8));
    }

    [Fact]
    public void ARowThatNoFilePrintsIsNoFieldWithoutAName()
    {
        var rows = new Rows();
        rows.Gauge("computed", "");
        Assert.Null(rows.Find([], []));
    }

    [Fact]
    public void EachRowHasASlotOfItsOwn()
    {
        var slots = new Table(s_rows).Add(s_one);
        (slots[s_a], slots[s_b]) = (1, 2);
        Assert.Equal(1, slots[s_a]);
        Assert.Equal(2, slots[s_b]);
        Assert.Equal([1L, 2L], slots.Values.ToArray());
    }

    [Fact]
    public void ANewInstanceIsAbsentEvenWhereAnOldOneWas()
    {
        var table = new Table(s_rows);
        for (var i = 0; i < 100; i++)
            table.Add(new Instance($"{i}")).Values.Fill(i);
        table.Withdraw();
        Assert.Equal(0, table.Count);
        Assert.False(table.Add(s_one).Values.ContainsAnyExcept(KernelValue.Absent));
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void ACopyHasTheInstancesOfItsSourceOnly()
    {
        var (source, copy) = (new Table(s_rows), new Table(s_rows));
        source.Add(s_one).Values.Fill(1);
        source.Add(s_two).Values.Fill(2);
        source.Add(s_three).Values.Fill(3);
        copy.CopyFrom(source);
        Assert.Equal(3, copy.Count);
        Assert.Equal(3, copy[2][s_b]);
        source.Withdraw();
        source.Add(s_nine).Values.Fill(9);
        Assert.Equal(1, copy[0][s_a]);
        copy.CopyFrom(source);
        Assert.Equal(1, copy.Count);
        Assert.Equal(9, copy[0][s_a]);
        Assert.Same(s_nine, copy.InstanceAt(0));
    }
}
