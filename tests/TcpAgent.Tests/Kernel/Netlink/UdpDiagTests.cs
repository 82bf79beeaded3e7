using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using static TcpAgent.Tests.Support.NetlinkBytes;

namespace TcpAgent.Tests.Kernel.Netlink;

public class UdpDiagTests
{
    static string[] Rows(string file, byte family)
    {
        var rows = new List<string>();
        using var dump = new RecordedDump(file).Dump;
        dump.Begin(UdpDiag.Request(family));
        while (dump.TryRead(out var type, out var payload))
        {
            Assert.True(UdpDiag.TryRead(type, payload, out var row));
            rows.Add($"{row.Local} {row.State} {row.ReceiveMemory}{(row.IsIPv6Only ? " only" : "")}");
        }
        Assert.Equal(0, dump.Errno);
        return [.. rows.Order(StringComparer.Ordinal)];
    }

    /// <summary>struct inet_diag_req_v2, its offsets counted by hand from include/uapi/linux/inet_diag.h.</summary>
    [Fact]
    public void TheRequestAsksForUdpSocketsAndTheirMemory()
    {
        var request = UdpDiag.Request(UdpDiag.AF_INET6);
        Assert.Equal(16 + 56, request.Length);
        Assert.Equal(20, MemoryMarshal.Read<ushort>(request.AsSpan(4)));
        Assert.Equal(10, request[16]);
        Assert.Equal(17, request[17]);
        Assert.Equal(1 << 6, request[18]);
        Assert.Equal(1u << 1 | 1u << 7, MemoryMarshal.Read<uint>(request.AsSpan(16 + 4)));
    }

    [Fact]
    public void WhatARealKernelAnsweredIsRead()
    {
        Assert.Equal(
            [
                "0.0.0.0:40002 Close (0, 131072, 0)", "0.0.0.0:514 Close (2496, 131072, 0)", "10.94.0.1:40000 Close (0, 131072, 0)",
                "10.94.0.1:8125 Close (7488, 8192, 41)", "127.0.0.1:40000 Close (0, 131072, 0)", "127.0.0.1:40001 Close (0, 131072, 0)",
                "127.0.0.1:40006 Established (0, 131072, 0)", "127.0.0.1:9000 Close (0, 131072, 0)", "127.0.0.1:9000 Close (0, 131072, 0)",
            ],
            Rows("udp.bin", UdpDiag.AF_INET));
        Assert.Equal(
            [
                "[::]:40003 Close (0, 131072, 0)", "[::]:40004 Close (0, 131072, 0) only", "[fd00:94::1]:40005 Close (0, 131072, 0) only",
                "[fd00:94::1]:53 Close (7488, 8192, 31) only",
            ],
            Rows("udp6.bin", UdpDiag.AF_INET6));
    }

    [Fact]
    public void AMissingAttributeIsAbsentAndAForeignMessageIsRefused()
    {
        var message = Socket(TcpState.Close);
        Assert.True(UdpDiag.TryRead(20, message, out var row));
        Assert.Equal((KernelValue.Absent, KernelValue.Absent, KernelValue.Absent), row.ReceiveMemory);
        Assert.False(row.IsIPv6Only);
        byte[] tooShort = [.. message, .. Attribute(7, new byte[32])];
        Assert.True(UdpDiag.TryRead(20, tooShort, out row));
        Assert.Equal(KernelValue.Absent, row.ReceiveMemory.Used);
        Assert.False(UdpDiag.TryRead(18, message, out _));
        Assert.False(UdpDiag.TryRead(20, message.AsSpan(0, 71), out _));
        Assert.False(UdpDiag.TryRead(20, Socket(TcpState.Listen), out _));
        Assert.False(UdpDiag.TryRead(20, Socket(TcpState.Close, family: 1), out _));
    }
}
