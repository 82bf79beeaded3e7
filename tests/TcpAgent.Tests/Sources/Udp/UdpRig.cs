using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Resources;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.Tests.Resources;
using TcpAgent.Verdict;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>One UDP socket, as sock_diag reports it.</summary>
sealed record FakeUdp(string Address, ushort Port)
{
    internal ulong Cookie { get; init; } = 1;

    internal uint Used { get; init; }

    internal uint Size { get; init; } = 212_992;

    internal uint Drops { get; init; }

    /// <summary>INET_DIAG_CGROUP_ID, which a kernel before 5.9 leaves out.</summary>
    internal ulong? Cgroup { get; init; }

    internal bool IsIPv6Only { get; init; }

    internal bool IsConnected { get; init; }

    internal byte Family => (byte)(Address.Contains(':') ? 10 : 2);

    internal byte[] Message()
    {
        var message = Socket(IsConnected ? TcpState.Established : TcpState.Close, family: Family);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), Port);
        IPAddress.Parse(Address).GetAddressBytes().CopyTo(message, 8);
        MemoryMarshal.Write(message.AsSpan(44), Cookie);
        uint[] memory = [Used, Size, 0, 212_992, 0, 0, 0, 0, Drops];
        var only = Family == 10 && !IsConnected ? Attribute(11, [(byte)(IsIPv6Only ? 1 : 0)]) : [];
        var cgroup = Cgroup is { } id ? Attribute(21, BitConverter.GetBytes(id)) : [];
        return [.. message, .. only, .. cgroup, .. Attribute(7, MemoryMarshal.AsBytes<uint>(memory))];
    }
}

/// <summary>The UDP sockets with the counters they are judged by, over a kernel, a folder and a clock of the test's.</summary>
sealed class UdpRig : IDisposable
{
    readonly List<FakeUdp> _sockets = [];
    readonly Sampler _sampler;
    readonly TempRoot _root = new();
    long _lost, _lost6, _read, _read6;

    /// <summary>The first scan compiles its code, and after one that takes 5 ms of CPU the next runs on a thread of its own.</summary>
    static UdpRig()
    {
        using var first = new UdpRig();
        for (var i = 0u; i < 3; i++)
        {
            first.Set(
                new FakeUdp("0.0.0.0", 8125) { Cookie = 1, Size = 1_000, Drops = i }, new FakeUdp("::", 8125) { Cookie = 2, Size = 1_000 });
            first.Tick(lost: i, read: 1);
        }
    }

    internal UdpRig(string range = "40000 40009", string reserved = "", double walkBudget = 10)
    {
        var options = SamplingOptions.Default with { WalkBudget = walkBudget };
        _root.Write("sys/net/ipv4/ip_local_port_range", range.Replace(' ', '\t') + "\n");
        _root.Write("sys/net/ipv4/ip_local_reserved_ports", reserved + "\n");
        var sockstat = new TextSource(
            "sockstat", map => new SockstatParser(map), SockstatRows.Rows,
            [_root.Kernel.Proc("net/sockstat"), _root.Kernel.Proc("net/sockstat6")]);
        var snmp = new TextSource("snmp", map => new TableParser(map), SnmpRows.Rows, [_root.Kernel.Proc("net/snmp")]);
        var snmp6 = new TextSource(
            "snmp6", map => new NameValueParser(map), Snmp6Rows.Rows, [_root.Kernel.Proc("net/snmp6")], isOptional: true);
        var scan = new UdpScan(new NetlinkDump(() => (0, new ReplayTransport(Answers))), new PortSettings(_root.Kernel));
        Source = new UdpSockets(scan, sockstat, snmp, snmp6, options, Time);
        List<Source> sources = [sockstat, snmp, snmp6, Source];
        sources.Add(Monitor = new ResourceMonitor([.. sources], options, Time));
        _sampler = new Sampler(sources, new AgentMetrics("0", "test"), options, Time, NullLogger.Instance, () => 0);
    }

    internal UdpSockets Source { get; }

    internal ResourceMonitor Monitor { get; }

    internal ManualTime Time { get; } = new() { Now = 1_000 * ManualTime.Second };

    /// <summary>The errno that each dump fails with; 0 is none.</summary>
    internal int Broken { get; set; }

    internal int Asked { get; private set; }

    /// <summary>The status of the last read.</summary>
    internal ReadStatus Status => _sampler.Sources[3].Status;

    internal void Range(string text) => _root.Write("sys/net/ipv4/ip_local_port_range", text);

    internal void Set(params FakeUdp[] sockets)
    {
        _sockets.Clear();
        _sockets.AddRange(sockets);
    }

    /// <summary>A second passes, in which this many datagrams are lost at receive buffers and read by applications.</summary>
    internal void Tick(long lost = 0, long read = 0, long lost6 = 0, long read6 = 0)
    {
        (_lost, _read, _lost6, _read6) = (_lost + lost, _read + read, _lost6 + lost6, _read6 + read6);
        _root.Write("net/sockstat", $"UDP: inuse {_sockets.Count(socket => socket.Family == 2)} mem 0\n");
        _root.Write("net/sockstat6", $"UDP6: inuse {_sockets.Count(socket => socket.Family == 10)}\n");
        _root.Write("net/snmp", $"Udp: InDatagrams RcvbufErrors\nUdp: {_read} {_lost}\n");
        _root.Write("net/snmp6", $"Udp6InDatagrams {_read6}\nUdp6RcvbufErrors {_lost6}\n");
        Time.Now += ManualTime.Second;
        Background.Read(Read, () => Source.IsLooking);

        void Read()
        {
            Time.Now++;
            _sampler.Take();
        }
    }

    internal long? Value(string metric, string address, int port) => Source.Value(
        $"tcpagent_udp_{metric}", string.Create(CultureInfo.InvariantCulture, $"address=\"{address}\",port=\"{port}\""));

    internal long? Total(string metric) => Source.Value($"tcpagent_udp_{metric}");

    internal long? Ports(string source) => Source.Value("tcpagent_udp_ephemeral_ports_used", $"source=\"{source}\"");

    /// <summary>What is exported of the sockets of one address and port.</summary>
    internal void Shows(
        string address, int port, Expected queue = default, Expected limit = default, Expected peak = default, Expected drops = default,
        Expected recentDrops = default, Expected sockets = default)
    {
        long? Of(string metric) => Value(metric, address, port);
        new Facts($"{address}:{port}").Is(queue, Of("receive_queue_bytes")).Is(limit, Of("receive_queue_limit_bytes"))
            .Is(peak, Of("receive_queue_peak_bytes")).Is(drops, Of("socket_drops_total")).Is(recentDrops, Of("socket_recent_drops"))
            .Is(sockets, Of("receive_queue_sockets")).Verify();
    }

    /// <summary>What is exported of all sockets together, and how often the kernel was asked.</summary>
    internal void ShowsTotals(
        Expected sockets = default, Expected unfollowed = default, Expected omitted = default, Expected exported = default,
        Expected usablePorts = default, Expected asked = default) =>
        new Facts("udp").Is(sockets, Total("sockets")).Is(unfollowed, Total("sockets_unfollowed"))
            .Is(omitted, Total("receive_queues_omitted")).Is(exported, Source[UdpRows.Receivers].Count)
            .Is(usablePorts, Total("ephemeral_ports_usable")).Is(asked, Asked).Verify();

    internal HostVerdict Judge() => ResourceRig.Judge(_sampler.Snapshots);

    IEnumerable<Answer> Answers(byte[] request)
    {
        Asked++;
        var sequence = ReplayTransport.SequenceOf(request);
        if (Broken != 0)
        {
            yield return Answer.Of(Message(NetlinkMessage.NLMSG_ERROR, sequence, Int32(-Broken)));
            yield break;
        }
        var rows = _sockets.Where(socket => socket.Family == request[16])
            .Select(socket => Message(SockDiag.SOCK_DIAG_BY_FAMILY, sequence, socket.Message()));
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
