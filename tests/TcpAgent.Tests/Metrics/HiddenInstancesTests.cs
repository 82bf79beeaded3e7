using System.Buffers;
using System.Text;
using TcpAgent.Metrics;

namespace TcpAgent.Tests.Metrics;

/// <summary>More instances than are exported.</summary>
public class HiddenInstancesTests
{
    static readonly Rows s_rows = new("name");

    static readonly Row s_row = s_rows.Gauge("test_gauge", "A test.");

    sealed class Named(string name, bool isNotable = false) : Instance(name, ("name", name))
    {
        internal override bool IsNotable => isNotable;
    }

    readonly Table _table = new(s_rows);

    void Fill(params Named[] instances)
    {
        _table.Withdraw();
        for (var i = 0; i < instances.Length; i++)
            _table.Add(instances[i])[s_row] = i;
    }

    string Shown() => string.Concat(
        Enumerable.Range(0, _table.Count).Where(i => !_table.IsHidden(i)).Select(i => _table.InstanceAt(i).Subject));

    [Fact]
    public void AllAreShownWhereThereIsRoom()
    {
        Fill(new("a"), new("b"));
        Assert.Equal(0, _table.HideBeyond(2));
        Assert.Equal("ab", Shown());
    }

    [Fact]
    public void TheNotableAreKeptFirst()
    {
        Fill(new("a"), new("b"), new("c", true), new("d"), new("e", true));
        Assert.Equal(2, _table.HideBeyond(3));
        Assert.Equal("ace", Shown());
        Fill(new("a"), new("b", true), new("c", true), new("d", true));
        Assert.Equal(2, _table.HideBeyond(2));
        Assert.Equal("bc", Shown());
    }

    [Fact]
    public void WhatIsHiddenIsInTheSnapshotAndNotInTheExposition()
    {
        Fill(new("a"), new("b"), new("c"));
        _table.HideBeyond(2);
        var snapshot = new Snapshot([_table]);
        snapshot.CopyFrom([_table], 0);
        var output = new ArrayBufferWriter<byte>();
        new Exposition([_table], pageSize: 4096).Write(snapshot, ExpositionFormat.Text, [], output);
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.Contains("test_gauge{name=\"b\"} 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"c\"", text, StringComparison.Ordinal);
        Assert.Equal(2, snapshot[0][2][s_row]);

        // At the next tick there is room again.
        Fill(new("a"), new("c"));
        Assert.Equal(0, _table.HideBeyond(2));
        Assert.Equal("ac", Shown());
    }

    [Fact]
    public void AnInstanceThatShiftedIsFoundByItsIdentity()
    {
        Named[] all = [.. Enumerable.Range(0, 50).Select(i => new Named($"{i}"))];
        Fill(all);
        _table.Remember();
        Fill([.. all[..20], .. all[23..], new("new")]);
        Assert.Equal([19, 23, 49, -1], new[] { 19, 20, 46, 47 }.Select(_table.PlaceBefore));
        Assert.False(_table.HasSameInstances());
        Fill(all);
        Assert.True(_table.HasSameInstances());
    }
}
