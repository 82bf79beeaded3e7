using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TcpAgent.System;

namespace TcpAgent.Kernel.Netlink;

/// <summary>An AF_NETLINK socket (netlink(7)) with a receive timeout, so that a silent kernel cannot hold the sampler.</summary>
sealed class NetlinkSocket : INetlinkTransport
{
    internal const int NETLINK_ROUTE = 0;
    internal const int NETLINK_SOCK_DIAG = 4;
    internal const int NETLINK_NETFILTER = 12;
    internal const int NETLINK_GENERIC = 16;
    internal const uint RTMGRP_LINK = 1;

    static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(2);

    readonly SafeFileHandle _handle;

    NetlinkSocket(SafeFileHandle handle) => _handle = handle;

    /// <param name="protocol">One of the constants above.</param>
    /// <param name="groups">Multicast groups to listen to, 0 for none.</param>
    /// <param name="socket">The socket when 0 is returned.</param>
    /// <returns>0 or the errno.</returns>
    internal static int Open(int protocol, uint groups, out NetlinkSocket? socket)
    {
        socket = null;
        var fd = Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, protocol);
        if (fd < 0)
            return Libc.Errno;
        var handle = new SafeFileHandle(fd, ownsHandle: true);

        // struct timeval is two longs on the 64-bit targets.
        Span<byte> timeval = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(timeval, (long)s_timeout.TotalSeconds);
        BinaryPrimitives.WriteInt64LittleEndian(timeval[8..], 0);

        // struct sockaddr_nl: family, pad, pid (0: the kernel chooses), groups.
        Span<byte> address = stackalloc byte[12];
        address.Clear();
        MemoryMarshal.Write(address, (ushort)Libc.AF_NETLINK);
        MemoryMarshal.Write(address[8..], groups);

        if (Libc.setsockopt(handle, Libc.SOL_SOCKET, Libc.SO_RCVTIMEO, timeval, (uint)timeval.Length) != 0
            || Libc.bind(handle, address, (uint)address.Length) != 0)
        {
            var errno = Libc.Errno;
            handle.Dispose();
            return errno;
        }
        socket = new NetlinkSocket(handle);
        return 0;
    }

    public int Send(ReadOnlySpan<byte> request) =>
        Libc.send(_handle, request, (nuint)request.Length, 0) < 0 ? Libc.Errno : 0;

    public int Receive(Span<byte> buffer, bool wait, out int length)
    {
        while (true)
        {
            var n = Libc.recv(_handle, buffer, (nuint)buffer.Length, Libc.MSG_TRUNC | (wait ? 0 : Libc.MSG_DONTWAIT));
            length = (int)Math.Max(n, 0);
            if (n >= 0)
                return 0;
            var errno = Libc.Errno;
            if (errno != Libc.EINTR)
                return errno == Libc.EAGAIN && wait ? Libc.ETIMEDOUT : errno;
        }
    }

    public void Dispose() => _handle.Dispose();
}
