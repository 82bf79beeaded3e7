using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Kernel.Netlink;

public class UnixDiagTests
{
    /// <summary>struct unix_diag_req, its offsets counted by hand from include/uapi/linux/unix_diag.h.</summary>
    [Fact]
    public void TheRequestAsksForListenersTheirNamesAndQueues()
    {
        var request = UnixDiag.Request();
        Assert.Equal(16 + 24, request.Length);
        Assert.Equal(20, MemoryMarshal.Read<ushort>(request.AsSpan(4)));
        Assert.Equal(1, request[16]);
        Assert.Equal(1u << 10, MemoryMarshal.Read<uint>(request.AsSpan(16 + 4)));
        Assert.Equal(1u | 1u << 4, MemoryMarshal.Read<uint>(request.AsSpan(16 + 12)));
    }

    [Fact]
    public void WhatARealKernelAnsweredIsRead()
    {
        var rows = new List<string>();
        using var dump = new RecordedDump("unix.bin").Dump;
        dump.Begin(UnixDiag.Request());
        while (dump.TryRead(out var type, out var payload))
        {
            Assert.True(UnixDiag.TryRead(type, payload, out var row));
            rows.Add($"{UnixName.Text(row.Name)} {row.Length} {row.Limit}");
        }
        Assert.Equal(0, dump.Errno);
        Assert.Equal(
            [
                "@abstract 2 8", "@path 3 5", @"\x40path 1 5", "full.sock 4 3", "idle.sock 0 128",
                @"new\x0aline \x1b[31m\xff \x22\x5c.sock 1 5", "packets.sock 1 16",
            ],
            rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AMissingAttributeIsAbsentAndAForeignMessageIsRefused()
    {
        var message = new byte[16];
        (message[0], message[1], message[2]) = (1, 1, 10);
        Assert.True(UnixDiag.TryRead(20, message, out var row));
        Assert.Equal(KernelValue.Absent, row.Length);
        Assert.Equal(KernelValue.Absent, row.Limit);
        Assert.Equal(0, row.Name.Length);
        byte[] tooShort = [.. message, .. Attribute(4, Int32(7))];
        Assert.True(UnixDiag.TryRead(20, tooShort, out row));
        Assert.Equal(KernelValue.Absent, row.Length);
        Assert.False(UnixDiag.TryRead(18, message, out _));
        Assert.False(UnixDiag.TryRead(20, message.AsSpan(0, 15), out _));
        message[2] = 1;
        Assert.False(UnixDiag.TryRead(20, message, out _));
    }
}
