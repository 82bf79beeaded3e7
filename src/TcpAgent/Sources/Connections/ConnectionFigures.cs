using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>
/// What one connection has counted since it began, as far as differences are taken of it. Absent where the kernel lacks the field.
/// </summary>
readonly record struct ConnectionFigures(
    long Busy, long ReceiverLimited, long SendBufferLimited, long Sent, long Retransmitted, long Spurious, long Received, long Unread)
{
    internal static ConnectionFigures Of(in InetDiagRow row)
    {
        var info = row.Info;
        return new ConnectionFigures(
            info.Busy, info.ReceiverLimited, info.SendBufferLimited, info.Sent, info.Retransmitted, info.Spurious, info.Received,
            row.ReceiveQueue);
    }

    /// <summary>The rise of a value; absent if it is or was absent, or if it fell, which no value does.</summary>
    internal static long Rise(long before, long now) =>
        before == KernelValue.Absent || now == KernelValue.Absent || now < before ? KernelValue.Absent : now - before;
}
