using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>
/// Asks sock_diag for the established connections of two windows of client ports. The kernel runs the filter for each socket
/// (net/ipv4/inet_diag.c, inet_diag_bc_run), so the others cost only the walk of its hash table, and no lock.
/// </summary>
/// <remarks>
/// A dump that stops early would be no sample: since 6.15 the connections to one destination are neighbours in that table.
/// </remarks>
sealed class ClientPortRequest
{
    const byte INET_DIAG_BC_JMP = 1;
    const byte INET_DIAG_BC_S_GE = 2;
    const byte INET_DIAG_BC_S_LE = 3;
    const byte INET_DIAG_BC_D_GE = 4;
    const byte INET_DIAG_BC_D_LE = 5;

    /// <summary>Bytes of an instruction, and of a comparison, whose port is in a second one.</summary>
    const int Jump = 4, Comparison = 8;

    /// <summary>Bytes of one window of one end: two comparisons and a jump to the end.</summary>
    const int Window = 2 * Comparison + Jump;

    byte[] _message = [];

    /// <summary>The request; the same array as before unless the number of listening ports has changed.</summary>
    internal byte[] Write(ClientPorts ports, in PortWindow one, in PortWindow other)
    {
        var code = Code(ports.Listening.Length);
        var length = code.Length;
        var remote = 2 * Comparison + ports.Listening.Length * Window + 2 * Window + Jump;
        var at = 0;

        // Instructions run in order while they hold. A comparison that fails jumps ahead; from beyond the end there is no way back, which
        // rejects the socket.
        Compare(code, ref at, INET_DIAG_BC_S_GE, ports.First, remote);
        Compare(code, ref at, INET_DIAG_BC_S_LE, ports.Last, remote);
        foreach (var port in ports.Listening)
            Accept(code, ref at, INET_DIAG_BC_S_GE, INET_DIAG_BC_S_LE, port, port, remote);
        Accept(code, ref at, INET_DIAG_BC_S_GE, INET_DIAG_BC_S_LE, one.FirstLocal, one.LastLocal, length);
        Accept(code, ref at, INET_DIAG_BC_S_GE, INET_DIAG_BC_S_LE, other.FirstLocal, other.LastLocal, length);
        Go(code, ref at, length + Jump);
        Accept(code, ref at, INET_DIAG_BC_D_GE, INET_DIAG_BC_D_LE, one.FirstRemote, one.LastRemote, length);
        Accept(code, ref at, INET_DIAG_BC_D_GE, INET_DIAG_BC_D_LE, other.FirstRemote, other.LastRemote, length);
        Go(code, ref at, length + Jump);
        return _message;
    }

    /// <summary>The place of the instructions in a message of the right length.</summary>
    Span<byte> Code(int listening)
    {
        var length = 2 * Comparison + (listening + 4) * Window + 2 * Jump;
        if (_message.Length != SockDiag.CodeOffset + length)
            Begin(length);
        return _message.AsSpan(SockDiag.CodeOffset, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Begin(int length) =>
        _message = SockDiag.FilteredRequest(1u << (int)TcpState.Established, SockDiag.WithInfo, length);

    /// <summary>Goes to <paramref name="target"/> if the port is within, else on behind this.</summary>
    static void Accept(Span<byte> code, ref int at, byte from, byte to, int first, int last, int target)
    {
        var next = at + Window;
        Compare(code, ref at, from, first, next);
        Compare(code, ref at, to, last, next);
        Go(code, ref at, target);
    }

    /// <summary>struct inet_diag_bc_op { u8 code, yes; u16 no; }, with jumps in bytes, and a second one with the port in "no".</summary>
    static void Compare(Span<byte> code, ref int at, byte operation, int port, int otherwise)
    {
        (code[at], code[at + 1]) = (operation, Comparison);
        MemoryMarshal.Write(code[(at + 2)..], (ushort)(otherwise - at));
        MemoryMarshal.Write(code[(at + 6)..], (ushort)port);
        at += Comparison;
    }

    static void Go(Span<byte> code, ref int at, int target)
    {
        (code[at], code[at + 1]) = (INET_DIAG_BC_JMP, Jump);
        MemoryMarshal.Write(code[(at + 2)..], (ushort)(target - at));
        at += Jump;
    }
}
