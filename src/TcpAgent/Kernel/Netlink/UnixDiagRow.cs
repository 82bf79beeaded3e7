using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>
/// struct unix_diag_msg { u8 family, type, state, pad; u32 ino, cookie[2]; }, then attributes, for a listener. Values that the kernel omits
/// are <see cref="KernelValue.Absent"/>.
/// </summary>
readonly ref struct UnixDiagRow
{
    internal const int MessageLength = 16;

    const int UNIX_DIAG_NAME = 0;
    const int UNIX_DIAG_RQLEN = 4;

    internal UnixDiagRow(ReadOnlySpan<byte> payload)
    {
        Inode = MemoryMarshal.Read<uint>(payload[4..]);
        Cookie = MemoryMarshal.Read<ulong>(payload[8..]);
        (Length, Limit) = (KernelValue.Absent, KernelValue.Absent);
        var attributes = new NetlinkAttributeReader(payload[MessageLength..]);
        while (attributes.TryRead(out var attribute, out var value))
        {
            if (attribute == UNIX_DIAG_NAME)
                Name = value;

            // struct unix_diag_rqlen { u32 rqueue, wqueue; }
            else if (attribute == UNIX_DIAG_RQLEN && value.Length >= 8)
                (Length, Limit) = (MemoryMarshal.Read<uint>(value), MemoryMarshal.Read<uint>(value[4..]));
        }
    }

    internal uint Inode { get; }

    /// <summary>Identifies the socket during its life.</summary>
    internal ulong Cookie { get; }

    /// <summary>sun_path as it was bound, see <see cref="UnixName"/>.</summary>
    internal ReadOnlySpan<byte> Name { get; }

    /// <summary>Connections waiting to be accepted.</summary>
    internal long Length { get; }

    /// <summary>How many may wait; the queue is full above this (net/unix/af_unix.c, unix_recvq_full).</summary>
    internal long Limit { get; }
}
