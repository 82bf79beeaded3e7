using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Sources;

public class PortTableTests
{
    readonly PortTable _table = new();

    static PortTuple To(int number, ushort port = 443) => new(
        Endpoint.From([10, 0, 0, 1], 0), Endpoint.From([10, (byte)(number >> 16), (byte)(number >> 8), (byte)number], port));

    void Add(in PortTuple tuple, int count, int timeWait = 0)
    {
        for (var i = 0; i < count; i++)
            _table.Add(tuple, i < timeWait);
    }

    void Shows(Expected tuples, Expected omitted) =>
        new Facts("ports").Is(tuples, _table.Count).Is(omitted, _table.Omitted).Verify();

    HeldPorts[] Rank(int room = 10)
    {
        var worst = new HeldPorts[room];
        return worst[.._table.Rank(worst)];
    }

    [Fact]
    public void TheFullestComeFirstAndEqualsInAFixedOrder()
    {
        for (var number = 30; number > 0; number--)
            Add(To(number), number % 10 + 1, timeWait: number % 3);
        var expected = Enumerable.Range(1, 30).OrderByDescending(number => number % 10).ThenBy(number => number).Take(10)
            .Select(number => new HeldPorts(To(number), number % 10 + 1, number % 3));
        Assert.Equal(expected, Rank());
        Shows(tuples: 30, omitted: 0);
        Assert.Equal(new HeldPorts(To(11), 2, 2), _table.Of(To(11)));
        Assert.Equal(new HeldPorts(To(31), 0, 0), _table.Of(To(31)));
        _table.Clear();
        Assert.Empty(Rank());
    }

    [Fact]
    public void SourceDestinationAndPortEachMakeAnotherTuple()
    {
        PortTuple[] tuples =
        [
            To(1), To(2), To(1, 80), To(1) with { Source = Endpoint.From([10, 0, 0, 2], 0) },
            new(Endpoint.From(IPAddress.Parse("2001:db8::1").GetAddressBytes(), 0),
                Endpoint.From(IPAddress.Parse("2001:db8::2").GetAddressBytes(), 443)),
        ];
        foreach (var tuple in tuples)
            Add(tuple, 2);
        Assert.Equal(5, _table.Count);
        Assert.All(Rank(), tuple => Assert.Equal(2, tuple.Held));
        Assert.Equal(
            "source=\"2001:db8::1\",destination=\"2001:db8::2\",port=\"443\"",
            Encoding.UTF8.GetString(new TupleInstance(tuples[^1]).Labels));
        Assert.Equal(
            "source=\"10.0.0.1\",destination=\"10.0.0.1\",port=\"80\"", Encoding.UTF8.GetString(new TupleInstance(tuples[2]).Labels));
    }

    [Fact]
    public void UpToTheLimitNothingIsForgotten()
    {
        for (var number = 0; number < PortTable.MaxTuples; number++)
            Add(To(number), 1);
        Add(To(5), 1);
        Shows(tuples: PortTable.MaxTuples, omitted: 0);
        Add(To(1 << 20), 1);
        Shows(tuples: 2, omitted: PortTable.MaxTuples - 1);
    }

    /// <summary>Clients in random order, a hundred times as many as the table can hold, and some tuples with many ports.</summary>
    [Fact]
    public void FullTuplesAreExactAndForgottenOnesAreCounted()
    {
        const int seed = 20261121;
        var random = new Random(seed);
        var sockets = new List<PortTuple>();
        for (var number = 0; number < 1_000_000; number++)
            sockets.Add(To(number, 50051));
        for (var number = 0; number < 20; number++)
            for (var i = 0; i < 1_000 + number; i++)
                sockets.Add(To(number));
        random.Shuffle(CollectionsMarshal.AsSpan(sockets));
        foreach (var socket in sockets)
        {
            _table.Add(socket, false);
            Assert.True(_table.Count <= PortTable.MaxTuples);
        }
        var worst = Rank(20);
        Assert.Equal(
            Enumerable.Range(0, 20).Reverse().Select(number => To(number).Destination),
            worst.Select(one => one.Tuple.Destination).OrderByDescending(one => one.Low));
        Assert.All(worst, one => Assert.InRange(one.Held, 1_000 - 10, 1_019));
        Assert.Equal(sockets.Count, _table.Omitted + Rank(PortTable.MaxTuples).Sum(one => one.Held));
    }

    [Fact]
    public void ATableFullOfHeavyTuplesStillMakesRoom()
    {
        for (var number = 0; number < PortTable.MaxTuples; number++)
            Add(To(number), number < 100 ? 40 : 9);
        Add(To(1 << 20), 1);
        Shows(tuples: 101, omitted: (PortTable.MaxTuples - 100) * 9);
    }
}
