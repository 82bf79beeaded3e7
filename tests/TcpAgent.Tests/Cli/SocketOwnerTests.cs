using System.Net;
using System.Net.Sockets;
using TcpAgent.Cli;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Cli;

/// <summary>The process behind a socket: this one, which may read its own descriptors.</summary>
[Trait("Category", "live")]
public class SocketOwnerTests
{
    static string Own => $" (pid {Environment.ProcessId})";

    static string? Of(Resource resource, string subject) =>
        SocketOwner.Of(new ResourceReport(resource, ResourceState.Limiting) { Instance = new Instance(subject) });

    static Socket Bound(AddressFamily family, SocketType type, EndPoint at)
    {
        var socket = new Socket(family, type, ProtocolType.Unspecified);
        socket.Bind(at);
        if (type == SocketType.Stream)
            socket.Listen();
        return socket;
    }

    [Fact]
    public void AListenerIsThatOfTheProcessThatHoldsIt()
    {
        using var v4 = Bound(AddressFamily.InterNetwork, SocketType.Stream, new IPEndPoint(IPAddress.Loopback, 0));
        using var v6 = Bound(AddressFamily.InterNetworkV6, SocketType.Stream, new IPEndPoint(IPAddress.IPv6Loopback, 0));
        foreach (var listener in (Socket[])[v4, v6])
        {
            Assert.EndsWith(Own, Of(ResourceCatalog.AcceptQueue, $"{listener.LocalEndPoint}"), StringComparison.Ordinal);
            Assert.EndsWith(Own, Of(ResourceCatalog.SynQueue, $"{listener.LocalEndPoint}"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void SoAreUdpSocketsAndUnixListeners()
    {
        using var udp = Bound(AddressFamily.InterNetwork, SocketType.Dgram, new IPEndPoint(IPAddress.Loopback, 0));
        Assert.EndsWith(Own, Of(ResourceCatalog.UdpReceive, $"{udp.LocalEndPoint}"), StringComparison.Ordinal);
        var name = $"tcp-agent-owner-{Environment.ProcessId}";
        using var unix = Bound(AddressFamily.Unix, SocketType.Stream, new UnixDomainSocketEndPoint($"\0{name}"));
        Assert.EndsWith(Own, Of(ResourceCatalog.AcceptQueueUnix, $"@{name}"), StringComparison.Ordinal);
    }

    /// <summary>Nothing listens there, it is no address, or no socket is behind such a limit.</summary>
    [Fact]
    public void WhatIsUnknownIsLeftOut()
    {
        Assert.Null(Of(ResourceCatalog.AcceptQueue, "127.0.0.1:9"));
        Assert.Null(Of(ResourceCatalog.AcceptQueue, "10.0.0.1%eth0:443"));
        Assert.Null(Of(ResourceCatalog.AcceptQueue, ""));
        Assert.Null(Of(ResourceCatalog.AcceptQueueUnix, "/nowhere"));
        Assert.Null(Of(ResourceCatalog.Conntrack, "127.0.0.1:9"));
    }
}
