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

    /// <summary>The only listener.</summary>
    void Shows(
        Expected length = default, Expected limit = default, Expected drops = default, Expected fullest = default, Expected peak = default,
        Expected sockets = default) =>
        new Facts("listener").Is(length, One.Length).Is(limit, One.Limit).Is(drops, One.Drops).Is(fullest, One.FullestLength)
            .Is(peak, One.Peak).Is(sockets, One.Sockets).Verify();

    void ShowsTable(Expected listeners = default, Expected sockets = default, Expected unfollowed = default, Expected drops = default) =>
        new Facts("table").Is(listeners, _table.Count).Is(sockets, _table.Sockets).Is(unfollowed, _table.Unfollowed)
            .Is(drops, _table.Drops).Verify();

    [Fact]
    public void AListenerIsAsItsRowSays()
    {
        Round(Row(1, drops: 7, length: 3, limit: 128, address: "10.0.0.1", port: 443));
        Shows(length: 3, limit: 128, drops: 7, fullest: 3, peak: 3, sockets: 1);
        Assert.Equal("address=\"10.0.0.1\",port=\"443\"", Encoding.ASCII.GetString(One.Instance.Labels));
        ShowsTable(listeners: 1, sockets: 1, unfollowed: 0, drops: 7);
    }

    [Fact]
    public void ARestartedListenerGoesOnCountingWhereTheOldOneStopped()
    {
        Round(Row(1, drops: 100));

        // Both are open for a moment, then only the new one, whose count begins at zero.
        Round(Row(1, drops: 103), Row(2, drops: 0));
        Round(Row(2, drops: 1));
        Shows(drops: 104);
        ShowsTable(drops: 104);
    }

    [Fact]
    public void AListenerThatRestartsBetweenTwoRoundsGoesOnCountingToo()
    {
        Round(Row(2, drops: 104));
        Round(Row(3, drops: 5));
        Shows(drops: 109);
        ShowsTable(drops: 109);
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
        Shows(drops: expected);
        ShowsTable(drops: expected);
    }

    [Fact]
    public void SocketsThatShareAPortAreOneListener()
    {
        Round(Row(1, drops: 2, length: 1, limit: 10), Row(2, drops: 30, length: 9, limit: 10), Row(3, drops: 4, length: 2, limit: 5));
        Shows(length: 12, limit: 25, drops: 36, fullest: 9, peak: 12, sockets: 3);
        ShowsTable(listeners: 1, sockets: 3);
    }

    [Fact]
    public void ASocketThatLeavesAPortLeavesItsDropsThere()
    {
        Round(Row(1, drops: 2, length: 1, limit: 10), Row(2, drops: 30, length: 9, limit: 10), Row(3, drops: 4, length: 2, limit: 5));
        Round(Row(1, drops: 2, length: 1, limit: 10), Row(3, drops: 5, length: 2, limit: 5));
        Shows(length: 3, limit: 15, drops: 37, fullest: 2, peak: 12, sockets: 2);
    }

    [Fact]
    public void AListenerThatVanishedIsGoneAtOnceAndItsDropsStayCounted()
    {
        Round(Row(1, drops: 5), Row(2, drops: 6, port: 81));
        Round(Row(2, drops: 6, port: 81));
        Assert.Equal((ushort)81, One.Endpoint.Port);
        ShowsTable(drops: 11);
        Round();
        ShowsTable(listeners: 0, sockets: 0, drops: 11);
        Assert.Null(_table.For(At("0.0.0.0", 81)));
    }

    [Fact]
    public void DropsThatWrapGoOnRising()
    {
        Round(Row(1, drops: uint.MaxValue - 1));
        Round(Row(1, drops: 3));
        Shows(drops: uint.MaxValue + 4L);
        Round(Row(1, drops: 3));
        Shows(drops: uint.MaxValue + 4L);
        ShowsTable(drops: uint.MaxValue + 4L);
    }

    [Fact]
    public void ALimitAndDropsThatTheTableLacksAreAbsent()
    {
        Round(Row(1, drops: KernelValue.Absent, length: 4, limit: KernelValue.Absent));
        Shows(length: 4, limit: KernelValue.Absent);
        ShowsTable(drops: KernelValue.Absent);
    }

    [Fact]
    public void SocketsWithoutALimitHaveNoneTogether()
    {
        Round(
            Row(1, drops: KernelValue.Absent, length: 4, limit: KernelValue.Absent),
            Row(2, drops: KernelValue.Absent, length: 4, limit: KernelValue.Absent));
        Shows(length: 8, limit: KernelValue.Absent);
    }

    [Fact]
    public void ThePeakIsHeldForItsWindow()
    {
        Round(Row(1, length: 50));
        for (var second = 0; second < 54; second++)
        {
            Round(Row(1, length: 2));
            Shows(peak: 50, length: 2);
        }
        for (var second = 0; second < 7; second++)
            Round(Row(1, length: 2));
        Shows(peak: 2);
    }

    [Fact]
    public void SocketsBeyondTheBoundAreCountedButNotFollowed()
    {
        var rows = Enumerable.Range(1, ListenerTable.MaxSockets + 50)
            .Select(id => Row((ulong)id, drops: 1, address: $"10.0.{id / 250}.{id % 250}")).ToArray();
        for (var round = 0; round < 3; round++)
        {
            Round(rows);
            ShowsTable(listeners: ListenerTable.MaxSockets, sockets: rows.Length, unfollowed: 50, drops: ListenerTable.MaxSockets);
        }
    }

    [Fact]
    public void WhenFewEnoughAreLeftEachSocketIsFollowed()
    {
        Round([.. Enumerable.Range(1, ListenerTable.MaxSockets + 50)
            .Select(id => Row((ulong)id, drops: 1, address: $"10.0.{id / 250}.{id % 250}"))]);
        Round(Row(1, drops: 1));
        ShowsTable(listeners: 1, sockets: 1, unfollowed: 0);
    }

    [Fact]
    public void NothingIsAllocatedWhileTheSetStays()
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
        ShowsTable(drops: 300 * 999);
    }

    [Fact]
    public void AClearedTableIsEmpty()
    {
        Round(Row(1, drops: 5, length: 9));
        _table.Clear();
        ShowsTable(listeners: 0, sockets: 0, unfollowed: 0);
    }

    [Fact]
    public void AfterAClearCountsAndPeaksStartAgain()
    {
        Round(Row(1, drops: 5, length: 9));
        _table.Clear();
        Round(Row(1, drops: 5));
        Shows(drops: 5, peak: 0);
    }
}
