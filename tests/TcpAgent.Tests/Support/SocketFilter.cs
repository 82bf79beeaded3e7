using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Tests.Support;

/// <summary>The kernel's filter of sockets, as net/ipv4/inet_diag.c checks and runs it.</summary>
static class SocketFilter
{
    const int Jump = 1, SourceAtLeast = 2, SourceAtMost = 3, DestinationAtLeast = 4, DestinationAtMost = 5;

    /// <summary>The instructions of a request.</summary>
    internal static byte[] CodeOf(byte[] request) => request[SockDiag.CodeOffset..];

    /// <summary>Whether the kernel takes the instructions (inet_diag_bc_audit).</summary>
    internal static bool IsValid(byte[] code)
    {
        for (var at = 0; at < code.Length;)
        {
            var (operation, yes, no) = Read(code, at);
            var (left, least) = (code.Length - at, operation == Jump ? 4 : 8);
            if (operation is < Jump or > DestinationAtMost || left < least || no < least || no > left + 4 || no % 4 != 0)
                return false;
            if ((no < left && !IsReached(code, at + no)) || yes < (operation == Jump ? 4 : least) || yes > left || yes % 4 != 0)
                return false;
            at += yes;
        }
        return true;
    }

    /// <summary>valid_cc: whether the instructions that hold lead to a place.</summary>
    static bool IsReached(byte[] code, int place)
    {
        var at = 0;
        while (at < place && at < code.Length)
            at += Read(code, at).Yes;
        return at == place;
    }

    /// <summary>inet_diag_bc_run.</summary>
    internal static bool Accepts(byte[] code, ushort source, ushort destination)
    {
        var at = 0;
        while (at < code.Length)
        {
            var (operation, yes, no) = Read(code, at);
            var port = operation == Jump ? 0 : MemoryMarshal.Read<ushort>(code.AsSpan(at + 6));
            var holds = operation switch
            {
                SourceAtLeast => source >= port,
                SourceAtMost => source <= port,
                DestinationAtLeast => destination >= port,
                DestinationAtMost => destination <= port,
                _ => false,
            };
            at += holds ? yes : no;
        }
        return at == code.Length;
    }

    /// <summary>The same of a message that the kernel would answer with.</summary>
    internal static bool Accepts(byte[] code, byte[] socket) => Accepts(
        code, BinaryPrimitives.ReadUInt16BigEndian(socket.AsSpan(4)), BinaryPrimitives.ReadUInt16BigEndian(socket.AsSpan(6)));

    static (int Operation, int Yes, int No) Read(byte[] code, int at) =>
        (code[at], code[at + 1], MemoryMarshal.Read<ushort>(code.AsSpan(at + 2)));
}
