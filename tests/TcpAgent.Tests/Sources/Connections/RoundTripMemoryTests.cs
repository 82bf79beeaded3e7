using System.Net;
using System.Net.Sockets;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using TcpAgent.System;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>What the kernel remembers of closed connections is asked for the destinations that stand out, and for no others.</summary>
public sealed class RoundTripMemoryTests : IDisposable
{
    const ushort Controller = 16, Family = 31;

    const int ESRCH = 3;

    readonly Table _connects = new(PeerRows.Connects), _tuples = new(EphemeralPortRows.Tuples), _table = new(RoundTripMemory.Rows);
    readonly Dictionary<string, uint> _microseconds = [];
    readonly List<string> _asked = [];
    readonly RoundTripMemory _memory;
    int _opened;
    int _refused;

    public RoundTripMemoryTests() => _memory = new RoundTripMemory(
        new NetlinkDump(() =>
        {
            _opened++;
            return (0, new ReplayTransport(Answers));
        })
        { StaysOpen = true },
        _connects, _tuples);

    public void Dispose() => _memory.Dispose();

    /// <summary>struct genlmsghdr is four bytes, and the address is the value of the only attribute.</summary>
    IEnumerable<Answer> Answers(byte[] request)
    {
        var (type, sequence) = (ReplayTransport.TypeOf(request), ReplayTransport.SequenceOf(request));
        if (type == Controller)
        {
            yield return Answer.Of(_refused != 0
                ? Message(NetlinkMessage.NLMSG_ERROR, sequence, Int32(-_refused))
                : Message(Controller, sequence, [1, 2, 0, 0, .. Attribute(2, "tcp_metrics\0"u8), .. Attribute(1, [(byte)Family, 0])]));
            yield break;
        }
        Assert.Equal(Family, type);
        Assert.Equal(request.Length == 16 + 4 + 4 + 4 ? 1 : 2, request[16 + 4 + 2]);
        _asked.Add($"{new IPAddress(request.AsSpan(16 + 4 + 4))}");
        yield return Answer.Of(_microseconds.TryGetValue(_asked[^1], out var microseconds)
            ? Message(Family, sequence, [1, 1, 0, 0, .. Attribute(1, [1, 2, 3, 4]), .. Attribute(6, Values(microseconds))], flags: 0)
            : Message(NetlinkMessage.NLMSG_ERROR, sequence, Int32(-ESRCH)));
    }

    /// <summary>TCP_METRIC_RTT (0) in milliseconds and TCP_METRIC_RTT_US (5), in eighths, each by its number plus one.</summary>
    static byte[] Values(uint microseconds) =>
        [.. Attribute(1, Int32((int)(microseconds / 1000 * 8))), .. Attribute(6, BitConverter.GetBytes(microseconds * 8))];

    static Endpoint At(string address, ushort port = 80) => Endpoint.From(IPAddress.Parse(address).GetAddressBytes(), port);

    void Connects(params string[] addresses)
    {
        _connects.Withdraw();
        foreach (var address in addresses)
            _connects.Add(new EndpointInstance(At(address)));
    }

    /// <summary>The table after a tick: each subject with its microseconds.</summary>
    string[] Tick(bool slow = true)
    {
        _memory.Take(new Tick(0, 0, slow), _table);
        return [.. Enumerable.Range(0, _table.Count).Select(i => $"{_table.InstanceAt(i).Subject} {_table[i][RoundTripMemory.RoundTrip]}")];
    }

    [Fact]
    public void DestinationsOfBothFamiliesHaveTheRoundTripThatTheKernelKeeps()
    {
        (_microseconds["10.0.0.2"], _microseconds["2001:db8::2"]) = (12_345, 678);
        Connects("10.0.0.2", "2001:db8::2");
        Assert.Equal(["10.0.0.2:80 12345", "[2001:db8::2]:80 678"], Tick());
    }

    [Fact]
    public void ADestinationThatHoldsPortsIsAskedForToo()
    {
        _microseconds["10.0.0.9"] = 5_000;
        _tuples.Add(new TupleInstance(new PortTuple(At("10.0.0.1", 0), At("10.0.0.9"))));
        Assert.Equal(["10.0.0.1 -> 10.0.0.9:80 5000"], Tick());
    }

    [Fact]
    public void WhatTheKernelDoesNotRememberIsLeftOutOnTheSameSocket()
    {
        _microseconds["10.0.0.3"] = 7_000;
        Connects("10.0.0.2", "10.0.0.3");
        Assert.Equal(["10.0.0.3:80 7000"], Tick());
        Assert.Equal((1, 2), (_opened, _asked.Count));
    }

    [Fact]
    public void LoopbackAndManyAddressesOfOnePortAreNotAskedFor()
    {
        Connects("127.0.0.1", "::1", "::");
        Assert.Empty(Tick());
        Assert.Equal((0, 0), (_opened, _asked.Count));
    }

    [Fact]
    public void BetweenSlowTicksTheAnswersStay()
    {
        _microseconds["10.0.0.2"] = 9_000;
        Connects("10.0.0.2");
        Tick();
        Connects();
        Assert.Equal(["10.0.0.2:80 9000"], Tick(slow: false));
        Assert.Single(_asked);
        Assert.Empty(Tick());
    }

    [Fact]
    public void AtMostFortyAreAskedFor()
    {
        Connects([.. Enumerable.Range(1, 50).Select(i => $"10.0.0.{i}")]);
        Tick();
        Assert.Equal(40, _asked.Count);
    }

    [Fact]
    public void WhereTheKernelLacksTheFamilyNothingIsAsked()
    {
        _refused = Libc.ENOENT;
        Connects("10.0.0.2");
        Assert.Empty(Tick());
        Assert.Empty(_asked);
        (_refused, _microseconds["10.0.0.2"]) = (0, 1_000);
        Assert.Single(Tick());
    }

    /// <summary>The real kernel, which keeps the round trips of connections to this host itself too.</summary>
    [SkippableFact]
    [Trait("Category", "live")]
    public void TheKernelOfThisHostAnswers()
    {
        Skip.If(File.ReadAllText("/proc/sys/net/ipv4/tcp_no_metrics_save").Trim() != "0", "tcp_no_metrics_save is set");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using (var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            client.Connect(listener.LocalEndpoint);
            using var server = listener.AcceptSocket();
            client.Send(new byte[100]);
            server.Receive(new byte[100]);
        }
        using var dump = NetlinkDump.For(NetlinkSocket.NETLINK_GENERIC, staysOpen: true);
        Assert.True(GenericNetlink.TryFind(dump, TcpMetrics.Family, out var family), Libc.Describe(dump.Errno));
        var request = TcpMetrics.Request(family, isIPv4: true);
        TcpMetrics.SetAddress(request, At("127.0.0.1"));
        var roundTrip = 0L;
        for (var i = 0; roundTrip == 0 && i < 1000; i++)
        {
            dump.Begin(request);
            if (!dump.TryRead(out _, out var payload) || !TcpMetrics.TryReadRoundTrip(payload, out roundTrip))
                Thread.Sleep(10);
        }
        Assert.InRange(roundTrip, 1, 1_000_000);
    }
}
