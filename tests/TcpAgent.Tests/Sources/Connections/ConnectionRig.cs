using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.Tests.Resources;
using TcpAgent.Verdict;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>One socket, as sock_diag reports it. Times are in microseconds, as in tcp_info.</summary>
sealed record FakeConnection(string Local, ushort LocalPort, string Remote, ushort RemotePort)
{
    internal ulong Cookie { get; init; } = 1;

    internal bool IsListener { get; init; }

    /// <summary>The index of the device that the socket is bound to.</summary>
    internal int Device { get; init; }

    internal long Busy { get; init; }

    internal long Receiver { get; init; }

    internal long SendBuffer { get; init; }

    internal long Sent { get; init; }

    internal long Retransmitted { get; init; }

    internal uint Retransmissions { get; init; }

    internal uint Spurious { get; init; }

    internal long Received { get; init; }

    internal uint Unread { get; init; }

    internal uint RoundTrip { get; init; } = 1_000;

    internal uint LowestRoundTrip { get; init; } = 500;

    internal long DeliveryRate { get; init; }

    internal uint Window { get; init; } = 65_535;

    /// <summary>Milliseconds since data came.</summary>
    internal uint Quiet { get; init; }

    /// <summary>The kernel's struct grew with its version.</summary>
    internal int InfoLength { get; init; } = 280;

    internal byte[] Message()
    {
        var message = Socket(IsListener ? TcpState.Listen : TcpState.Established, family: (byte)(Local.Contains(':') ? 10 : 2));
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), LocalPort);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), RemotePort);
        IPAddress.Parse(Local).GetAddressBytes().CopyTo(message, 8);
        IPAddress.Parse(Remote).GetAddressBytes().CopyTo(message, 24);
        MemoryMarshal.Write(message.AsSpan(40), Device);
        MemoryMarshal.Write(message.AsSpan(44), Cookie);
        MemoryMarshal.Write(message.AsSpan(56), Unread);
        var info = new byte[280];
        foreach (var (offset, value) in (ReadOnlySpan<(int, uint)>)
            [(20, 1_448), (52, Quiet), (68, RoundTrip), (100, Retransmissions), (148, LowestRoundTrip), (216, Spurious), (232, Window)])
            MemoryMarshal.Write(info.AsSpan(offset), value);
        foreach (var (offset, value) in (ReadOnlySpan<(int, long)>)
            [(128, Received), (160, DeliveryRate), (168, Busy), (176, Receiver), (184, SendBuffer), (200, Sent), (208, Retransmitted)])
            MemoryMarshal.Write(info.AsSpan(offset), value);
        return IsListener ? message : [.. message, .. Attribute(2, info.AsSpan(0, InfoLength))];
    }
}

/// <summary>The source over a kernel that runs its filter, with the listeners and the clock of the test.</summary>
sealed class ConnectionRig : IDisposable
{
    readonly TempRoot _root = new();
    readonly Sampler _sampler;

    internal ConnectionRig()
    {
        // The first look compiles its code, which must not make the next wait.
        var options = SamplingOptions.Default with { WalkBudget = 10 };
        _root.Write("sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
        var snmp = new TextSource("snmp", map => new TableParser(map), SnmpRows.Rows, [_root.Kernel.Proc("net/snmp")]);
        var netstat = new TextSource("netstat", map => new TableParser(map), NetstatRows.Rows, [_root.Kernel.Proc("net/netstat")]);
        var sockstat = new TextSource("sockstat", map => new SockstatParser(map), SockstatRows.Rows, [_root.Kernel.Proc("net/sockstat")]);
        var listeners = new Listeners(new NetlinkDump(() => (0, new ReplayTransport(Answers))), null, snmp, netstat, options, Time);
        Scan = new ConnectionScan(
            new NetlinkDump(() => (0, new ReplayTransport(Answers))), new PortSettings(_root.Kernel), Time);
        Source = new TcpAgent.Sources.Connections(Scan, listeners, snmp, new SocketCounters(snmp, sockstat), options, Time, Events);
        List<Source> sources = [snmp, sockstat, netstat, listeners, Source];
        sources.Add(new ResourceMonitor([.. sources], options, Time));
        _sampler = new Sampler(sources, new AgentMetrics("0", "test"), options, Time, NullLogger.Instance, () => 0);
    }

    internal TcpAgent.Sources.Connections Source { get; }

    internal ConnectionScan Scan { get; }

    internal AgentEvents Events { get; } = new();

    internal ManualTime Time { get; } = new() { Now = 1_000 * ManualTime.Second };

    internal List<FakeConnection> Sockets { get; } = [];

    /// <summary>The errno that each dump of connections fails with; 0 is none.</summary>
    internal int Broken { get; set; }

    /// <summary>Segments received so far; null where the kernel's file does not say, so that each look is due by time alone.</summary>
    internal int? Segments { get; set; }

    /// <summary>Dumps of connections so far.</summary>
    internal int Asked { get; private set; }

    internal ReadStatus Status => _sampler.Sources[4].Status;

    internal void Range(string text) => _root.Write("sys/net/ipv4/ip_local_port_range", text);

    internal void Set(params FakeConnection[] sockets)
    {
        Sockets.Clear();
        Sockets.AddRange(sockets);
    }

    internal void Tick(double seconds = 5)
    {
        var count = Sockets.Count(one => !one.IsListener);
        var (name, value) = Segments is { } segments ? (" InSegs", $" {segments}") : ("", "");
        _root.Write("net/snmp", $"Tcp: CurrEstab{name}\nTcp: {count}{value}\n");
        _root.Write("net/sockstat", "TCP: inuse 5 orphan 0 tw 0 alloc 5 mem 0\n");
        Time.Now += (long)(seconds * ManualTime.Second);
        Background.Read(Read, () => Source.IsLooking);

        void Read()
        {
            Time.Now++;
            _sampler.Take();
        }
    }

    internal long? Total(string metric) => Source.Value($"tcpagent_connections_{metric}");

    /// <summary>A value of a group; of the seconds with the limiter.</summary>
    internal long? Value(string metric, string direction, string address, int? port, string limiter = "")
    {
        var name = metric.Length == 0 ? "tcpagent_connections" : $"tcpagent_connections_{metric}";
        var key = string.Create(CultureInfo.InvariantCulture, $"direction=\"{direction}\",address=\"{address}\",port=\"{port}\"");
        var table = Source[ConnectionRows.Groups];
        var row = table.Rows.Single(row => row.Name == name && row.Labels == (limiter.Length == 0 ? "" : $"limiter=\"{limiter}\""));
        for (var i = 0; i < table.Count; i++)
            if (table.KeyText(i) == key)
                return table[i][row] == KernelValue.Absent ? null : table[i][row];
        return null;
    }

    internal HostVerdict Judge() => ResourceRig.Judge(_sampler.Snapshots);

    IEnumerable<Answer> Answers(byte[] request)
    {
        var sequence = ReplayTransport.SequenceOf(request);
        var isOfListeners = MemoryMarshal.Read<uint>(request.AsSpan(16 + 52)) == SockDiag.ListenState;
        if (!isOfListeners)
            Asked++;
        if (Broken != 0 && !isOfListeners)
        {
            yield return Answer.Of(Message(NetlinkMessage.NLMSG_ERROR, sequence, Int32(-Broken)));
            yield break;
        }
        var code = isOfListeners ? [] : SocketFilter.CodeOf(request);
        var rows = Sockets.Where(one => one.IsListener == isOfListeners).Select(one => one.Message())
            .Where(message => isOfListeners || SocketFilter.Accepts(code, message))
            .Select(message => Message(SockDiag.TCPDIAG_GETSOCK, sequence, message));
        foreach (var part in rows.Chunk(50))
            yield return Answer.Of(part);
        yield return Answer.Of(Done(sequence));
    }

    public void Dispose()
    {
        _sampler.Dispose();
        _root.Dispose();
    }
}
