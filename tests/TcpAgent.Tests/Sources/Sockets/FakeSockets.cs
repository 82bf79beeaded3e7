using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using TcpAgent.Kernel.Netlink;
using TcpAgent.System;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>One socket, as sock_diag reports it.</summary>
sealed record FakeSocket(TcpState State)
{
    internal byte Timer { get; init; }

    internal byte Retransmits { get; init; }

    /// <summary>Milliseconds.</summary>
    internal uint Expires { get; init; }

    internal string Address { get; init; } = "10.0.0.1";

    internal ushort Port { get; init; } = 443;

    internal string Remote { get; init; } = "10.0.0.2";

    internal ushort RemotePort { get; init; } = 51000;

    /// <summary>Index of the device that the socket is bound to; 0 is none.</summary>
    internal int Device { get; init; }

    internal ulong Cookie { get; init; } = 1;

    /// <summary>A listener's accept queue: the connections that wait in it. Its limit is <see cref="Limit"/>.</summary>
    internal uint Length { get; init; }

    internal uint Limit { get; init; }

    internal uint Inode { get; init; } = 1000;

    internal uint Drops { get; init; }

    /// <summary>INET_DIAG_CGROUP_ID, which a kernel before 5.9 leaves out.</summary>
    internal ulong? Cgroup { get; init; }

    /// <summary>Milliseconds since anything was sent; before a connection is accepted nothing is. Null leaves tcp_info out.</summary>
    internal uint? Waited { get; init; }

    /// <summary>Milliseconds since the last acknowledgement; a FIN brings one.</summary>
    internal uint Left { get; init; }

    /// <summary>Offsets counted by hand from include/uapi/linux/inet_diag.h and tcp.h.</summary>
    internal byte[] Message(byte extensions)
    {
        var address = IPAddress.Parse(Address).GetAddressBytes();
        var message = Socket(State, Timer, family: (byte)(address.Length == 4 ? 2 : 10));
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), Port);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), RemotePort);
        address.CopyTo(message, 8);
        IPAddress.Parse(Remote).GetAddressBytes().CopyTo(message, 24);
        MemoryMarshal.Write(message.AsSpan(40), Device);
        MemoryMarshal.Write(message.AsSpan(44), Cookie);
        message[3] = Retransmits;
        MemoryMarshal.Write(message.AsSpan(52), Expires);
        MemoryMarshal.Write(message.AsSpan(56), Length);
        MemoryMarshal.Write(message.AsSpan(60), Limit);
        MemoryMarshal.Write(message.AsSpan(68), Inode);
        var info = new byte[248];
        MemoryMarshal.Write(info.AsSpan(44), Waited ?? 0);
        MemoryMarshal.Write(info.AsSpan(56), Left);
        uint[] memory = [0, 131072, 0, 87040, 0, 0, 0, 0, Drops];
        return
        [
            .. message,
            .. Cgroup is { } cgroup ? Attribute(21, BitConverter.GetBytes(cgroup)) : [],
            .. (extensions & 1 << 6) != 0 ? Attribute(7, MemoryMarshal.AsBytes<uint>(memory)) : [],
            .. (extensions & 1 << 1) != 0 && Waited is not null ? Attribute(2, info) : [],
        ];
    }
}

/// <summary>
/// The socket table as sock_diag dumps it: only the states, and the local ports, that the request asks for, listeners first.
/// </summary>
sealed class FakeSockets
{
    /// <summary>Header, struct inet_diag_req, attribute header, two instructions of a byte code and their operands.</summary>
    const int PlainRequest = 16 + 60;

    readonly List<FakeSocket> _table = [];

    static FakeSockets()
    {
        // Compiles what a walk runs, so that no test's walk moves to its own thread for that cost alone.
        var warmUp = new FakeSockets();
        for (var state = TcpState.Established; state <= TcpState.Closing; state++)
            warmUp.Add(state);
        using var table = new TcpAgent.Sources.NetlinkSocketTable(warmUp.Dump);
        table.Walk(new TcpAgent.Sources.SocketCensus(), full: true);
    }

    /// <summary>Errnos of the next dumps, one each.</summary>
    internal Queue<int> Errors { get; } = [];

    /// <summary>The errno that each dump fails with; 0 is none.</summary>
    internal int Broken { get; set; }

    /// <summary>Fails the dumps that ask for exactly these states.</summary>
    internal uint BrokenFor { get; set; }

    /// <summary>Fails the dumps that ask for one port.</summary>
    internal bool BrokenPorts { get; set; }

    internal int Interruptions { get; set; }

    /// <summary>CPU nanoseconds that each dump takes.</summary>
    internal long Cost { get; set; }

    /// <summary>States that come with every dump, asked for or not.</summary>
    internal HashSet<TcpState> AnswersAlways { get; } = [];

    /// <summary>The states of each request that named no port.</summary>
    internal List<uint> AskedStates { get; } = [];

    internal List<ushort> AskedPorts { get; } = [];

    internal List<(ushort First, ushort Last)> AskedRanges { get; } = [];

    internal NetlinkDump Dump => new(() => (0, new ReplayTransport(Answers)));

    internal void Add(FakeSocket socket) => _table.Add(socket);

    internal void Add(TcpState state, int count = 1, byte timer = 0)
    {
        for (var i = 0; i < count; i++)
            _table.Add(new FakeSocket(state) { Timer = timer });
    }

    internal void Set(params FakeSocket[] sockets)
    {
        _table.Clear();
        _table.AddRange(sockets);
    }

    internal void Clear() => _table.Clear();

    IEnumerable<Answer> Answers(byte[] request)
    {
        var start = Libc.ThreadCpuTime();
        while (Libc.ThreadCpuTime() - start < Cost)
        {
        }
        var sequence = ReplayTransport.SequenceOf(request);
        var states = MemoryMarshal.Read<uint>(request.AsSpan(16 + 52));
        var hasPorts = request.Length != PlainRequest;
        var first = hasPorts ? MemoryMarshal.Read<ushort>(request.AsSpan(PlainRequest + 4 + 6)) : ushort.MinValue;
        var last = hasPorts ? MemoryMarshal.Read<ushort>(request.AsSpan(PlainRequest + 4 + 14)) : ushort.MaxValue;
        if (!hasPorts)
            AskedStates.Add(states);
        else if (first == last)
            AskedPorts.Add(first);
        else
            AskedRanges.Add((first, last));
        var rows = _table
            .Where(
                socket => ((states & 1u << (int)socket.State) != 0 && socket.Port >= first && socket.Port <= last)
                    || AnswersAlways.Contains(socket.State))
            .OrderBy(socket => socket.State != TcpState.Listen)
            .Select(socket => Message(SockDiag.TCPDIAG_GETSOCK, sequence, socket.Message(request[16 + 3])));
        foreach (var part in rows.Chunk(10))
            yield return Answer.Of(part);
        if (!Errors.TryDequeue(out var errno))
            errno = (hasPorts ? BrokenPorts : states == BrokenFor) ? Libc.EPERM : Broken;
        if (errno != 0)
            yield return errno == Libc.ETIMEDOUT
                ? Answer.Error(errno)
                : Answer.Of(Message(NetlinkMessage.NLMSG_ERROR, sequence, Int32(-errno)));
        else
            yield return Answer.Of(
                Done(sequence, (ushort)(Interruptions-- > 0 ? NLM_F_MULTI | NetlinkMessage.NLM_F_DUMP_INTR : NLM_F_MULTI)));
    }
}
