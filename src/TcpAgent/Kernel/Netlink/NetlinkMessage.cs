using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>include/uapi/linux/netlink.h. Netlink uses the byte order of the host.</summary>
static class NetlinkMessage
{
    internal const int HeaderLength = 16;

    internal const ushort NLMSG_NOOP = 1;
    internal const ushort NLMSG_ERROR = 2;
    internal const ushort NLMSG_DONE = 3;
    internal const ushort NLMSG_OVERRUN = 4;

    internal const ushort NLM_F_REQUEST = 0x01;
    internal const ushort NLM_F_DUMP_INTR = 0x10;
    internal const ushort NLM_F_DUMP = 0x300;

    // #define NLMSG_ALIGN(len) (((len) + NLMSG_ALIGNTO - 1) & ~(NLMSG_ALIGNTO - 1)), NLMSG_ALIGNTO 4
    internal static int Align(int length) => (length + 3) & ~3;

    /// <summary>struct nlmsghdr for a dump request; sending fills in the sequence number.</summary>
    internal static byte[] DumpRequest(ushort type, ReadOnlySpan<byte> payload) => Request(type, NLM_F_REQUEST | NLM_F_DUMP, payload);

    internal static byte[] Request(ushort type, ushort flags, ReadOnlySpan<byte> payload)
    {
        var message = new byte[HeaderLength + Align(payload.Length)];
        MemoryMarshal.Write(message, (uint)(HeaderLength + payload.Length));
        MemoryMarshal.Write(message.AsSpan(4), type);
        MemoryMarshal.Write(message.AsSpan(6), flags);
        payload.CopyTo(message.AsSpan(HeaderLength));
        return message;
    }

    internal static ushort TypeOf(ReadOnlySpan<byte> message) => MemoryMarshal.Read<ushort>(message[4..]);

    internal static void SetSequence(Span<byte> message, uint sequence) => MemoryMarshal.Write(message[8..], sequence);
}
