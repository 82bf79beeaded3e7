using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Tests.Support;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Sources;

/// <summary>The socket table as sock_diag dumps it: only the states that the request asks for.</summary>
sealed class FakeSockets
{
    readonly List<(TcpState State, byte Timer)> _table = [];

    /// <summary>Given instead of a dump.</summary>
    internal Queue<int> Errors { get; } = [];

    internal int Interruptions { get; set; }

    internal List<uint> AskedStates { get; } = [];

    internal NetlinkDump Dump => new(() => (0, new ReplayTransport(Answers)));

    internal void Add(TcpState state, int count = 1, byte timer = 0) => _table.AddRange(Enumerable.Repeat((state, timer), count));

    internal void Clear() => _table.Clear();

    IEnumerable<Answer> Answers(byte[] request)
    {
        var sequence = ReplayTransport.SequenceOf(request);
        var states = MemoryMarshal.Read<uint>(request.AsSpan(16 + 52));
        AskedStates.Add(states);
        var rows = _table.Where(socket => (states & 1u << (int)socket.State) != 0)
            .Select(socket => Message(SockDiag.TCPDIAG_GETSOCK, sequence, Socket(socket.State, socket.Timer)));
        foreach (var part in rows.Chunk(10))
            yield return Answer.Of(part);
        if (Errors.TryDequeue(out var errno))
            yield return errno == Libc.ETIMEDOUT ? Answer.Error(errno) : Answer.Of(Message(NetlinkMessage.NLMSG_ERROR, sequence, Int32(-errno)));
        else
            yield return Answer.Of(Done(sequence, (ushort)(Interruptions-- > 0 ? NLM_F_MULTI | NetlinkMessage.NLM_F_DUMP_INTR : NLM_F_MULTI)));
    }
}
