using System.Net;
using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

public class ListenerTableTests
{
    static readonly TimeSpan s_window = TimeSpan.FromSeconds(60);

    readonly ManualTime _time = new();
    readonly ListenerTable _table;

    public ListenerTableTests() => _table = new ListenerTable(s_window, _time);

    static Endpoint At(string address, ushort port = 80) => Endpoint.From(IPAddress.Parse(address).GetAddressBytes(), port);

    static ListenRow Row(ulong id, long drops = 0, long length = 0, long limit = 128, string address = "0.0.0.0", ushort port = 80) =>
        new(At(address, port), id, length, limit, drops);

    /// <summary>One dump, a second after the last.</summary>
    void Round(params ListenRow[] rows)
    {
        _time.Now += ManualTime.Second;
        _table.Begin();
        foreach (var row in rows)
            _table.Add(row);
        _table.End(_time.Now);
    }

    Listener One => Assert.Single(_table.Listeners);

    [Fact]
    public void AListenerIsAsItsRowSays()
    {
        Round(Row(1, drops: 7, length: 3, limit: 128, address: "10.0.0.1", port: 443));
        Assert.Equal((3, 128, 7), (One.Length, One.Limit, One.Drops));
        Assert.Equal((3, 3, 1), (One.FullestLength, One.Peak, One.Sockets));
        Assert.Equal("address=\"10.0.0.1\",port=\"443\"", Encoding.ASCII.GetString(One.Instance.Labels));
        Assert.Equal((1, 1L, 0L, 7L), (_table.Count, _table.Sockets, _table.Unfollowed, _table.Drops));
    }

    [Fact]
    public void ARestartedListenerGoesOnCountingFromWhereTheOldOneWas()
    {
        Round(Row(1, drops: 100));

        // Both are open for a moment, then only the new one; its own count begins at zero.
        Round(Row(1, drops: 103), Row(2, drops: 0));
        Round(Row(2, drops: 1));
        Assert.Equal((104, 104), (One.Drops, _table.Drops));

        // Closed and opened anew between two rounds.
        Round(Row(3, drops: 5));
        Assert.Equal((109, 109), (One.Drops, _table.Drops));
    }

    [Fact]
    public void TheCountNeverFalls()
    {
        var random = new Random(20260805);
        var drops = new Dictionary<ulong, uint>();
        var (expected, last, next) = (0L, 0L, 0ul);
        for (var round = 0; round < 2_000; round++)
        {
            if (drops.Count < 2 || random.Next(10) == 0)
                drops[++next] = 0;
            if (drops.Count > 3)
                drops.Remove(drops.Keys.First());
            foreach (var id in drops.Keys)
            {
                var more = (uint)random.Next(5);
                (drops[id], expected) = (drops[id] + more, expected + more);
            }
            Round([.. drops.Select(one => Row(one.Key, one.Value))]);
            Assert.True(One.Drops >= last);
            last = One.Drops;
        }
        Assert.Equal((expected, expected), (One.Drops, _table.Drops));
    }

    [Fact]
    public void SocketsThatShareAPortAreOneListener()
    {
        Round(Row(1, drops: 2, length: 1, limit: 10), Row(2, drops: 30, length: 9, limit: 10), Row(3, drops: 4, length: 2, limit: 5));
        Assert.Equal((12, 25, 36), (One.Length, One.Limit, One.Drops));
        Assert.Equal((9, 12, 3), (One.FullestLength, One.Peak, One.Sockets));
        Assert.Equal((1, 3L), (_table.Count, _table.Sockets));

        // One leaves: its drops stay, its queue does not.
        Round(Row(1, drops: 2, length: 1, limit: 10), Row(3, drops: 5, length: 2, limit: 5));
        Assert.Equal((3, 15, 37), (One.Length, One.Limit, One.Drops));
        Assert.Equal((2, 12, 2), (One.FullestLength, One.Peak, One.Sockets));
    }

    [Fact]
    public void AListenerThatVanishedIsGoneAtOnceAndItsDropsStayCounted()
    {
        Round(Row(1, drops: 5), Row(2, drops: 6, port: 81));
        Round(Row(2, drops: 6, port: 81));
        Assert.Equal(((ushort)81, 11L), (One.Endpoint.Port, _table.Drops));
        Round();
        Assert.Equal((0, 0L, 11L), (_table.Count, _table.Sockets, _table.Drops));
        Assert.Null(_table.For(At("0.0.0.0", 81)));
    }

    [Fact]
    public void DropsThatWrapGoOn()
    {
        Round(Row(1, drops: uint.MaxValue - 1));
        Round(Row(1, drops: 3));
        Assert.Equal(uint.MaxValue + 4L, One.Drops);
        Round(Row(1, drops: 3));
        Assert.Equal((uint.MaxValue + 4L, uint.MaxValue + 4L), (One.Drops, _table.Drops));
    }

    [Fact]
    public void WhatTheTableDoesNotTellIsAbsent()
    {
        Round(Row(1, drops: KernelValue.Absent, length: 4, limit: KernelValue.Absent));
        Assert.Equal((4, KernelValue.Absent, KernelValue.Absent), (One.Length, One.Limit, _table.Drops));
        Round(
            Row(1, drops: KernelValue.Absent, length: 4, limit: KernelValue.Absent),
            Row(2, drops: KernelValue.Absent, length: 4, limit: KernelValue.Absent));
        Assert.Equal((8, KernelValue.Absent), (One.Length, One.Limit));
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("10.0.0.2", "0.0.0.0")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("2001:db8::2", "::")]
    public void AConnectionBelongsToTheExactAddressBeforeTheWildcard(string local, string expected)
    {
        Round(Row(1, address: "::"), Row(2, address: "0.0.0.0"), Row(3, address: "10.0.0.1"), Row(4, address: "2001:db8::1"));
        Assert.Equal(expected, _table.For(At(local))?.Endpoint.Address.ToString());
    }

    [Fact]
    public void AnIPv4ConnectionMayBelongToAnIPv6ListenerButNotTheReverse()
    {
        Round(Row(1, address: "::"));
        Assert.Equal("::", _table.For(At("10.0.0.1"))?.Endpoint.Address.ToString());
        Assert.Equal("::", _table.For(At("::ffff:10.0.0.1"))?.Endpoint.Address.ToString());
        Assert.Null(_table.For(At("10.0.0.1", 81)));
        Round(Row(2, address: "0.0.0.0"));
        Assert.Null(_table.For(At("2001:db8::1")));
        Assert.NotNull(_table.For(At("::ffff:10.0.0.1")));
    }

    [Fact]
    public void ThePeakIsHeldForItsWindow()
    {
        Round(Row(1, length: 50));
        for (var second = 0; second < 54; second++)
        {
            Round(Row(1, length: 2));
            Assert.Equal((50, 2), (One.Peak, One.Length));
        }
        for (var second = 0; second < 7; second++)
            Round(Row(1, length: 2));
        Assert.Equal(2, One.Peak);
    }

    [Fact]
    public void SocketsBeyondTheMostAreCountedButNotFollowed()
    {
        var rows = Enumerable.Range(1, ListenerTable.MaxSockets + 50)
            .Select(id => Row((ulong)id, drops: 1, address: $"10.0.{id / 250}.{id % 250}")).ToArray();
        for (var round = 0; round < 3; round++)
        {
            Round(rows);
            Assert.Equal((ListenerTable.MaxSockets, rows.Length, 50), (_table.Count, _table.Sockets, _table.Unfollowed));
            Assert.Equal(ListenerTable.MaxSockets, _table.Drops);
        }
        Round(Row(1, drops: 1));
        Assert.Equal((1, 1, 0), (_table.Count, _table.Sockets, _table.Unfollowed));
    }

    [Fact]
    public void NothingIsAllocatedWhileTheSetStaysAsItIs()
    {
        var rows = Enumerable.Range(1, 300).Select(id => Row((ulong)id, port: (ushort)(id / 2))).ToArray();
        for (var round = 0; round < 100; round++)
        {
            Round(rows);
            _table.For(rows[round].Local);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1_000; round++)
        {
            for (var i = 0; i < rows.Length; i++)
                rows[i] = rows[i] with { Drops = round, Length = round % 7 };
            Round(rows);
            _table.For(rows[round % 300].Local);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(300 * 999, _table.Drops);
    }

    [Fact]
    public void AClearedTableBeginsAfresh()
    {
        Round(Row(1, drops: 5, length: 9));
        _table.Clear();
        Assert.Equal((0, 0L, 0L), (_table.Count, _table.Sockets, _table.Unfollowed));
        Round(Row(1, drops: 5));
        Assert.Equal((5, 0), (One.Drops, One.Peak));
    }
}
