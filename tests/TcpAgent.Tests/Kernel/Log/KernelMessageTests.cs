using System.Text;
using TcpAgent.Kernel.Log;

namespace TcpAgent.Tests.Kernel.Log;

/// <summary>Lines as kernels print them.</summary>
public class KernelMessageTests
{
    static (string Kind, int Number) Classify(string text)
    {
        var kind = KernelMessage.Classify(Encoding.Latin1.GetBytes(text), out var number);
        return (kind.ToString(), number);
    }

    [Theory]
    [InlineData("TCP: request_sock_TCP: Possible SYN flooding on port 10.91.0.1:8080. Sending cookies.", 8080)]
    [InlineData("TCP: request_sock_TCP: Possible SYN flooding on port 10.91.0.1:8091. Dropping request.", 8091)]
    [InlineData("TCP: request_sock_TCPv6: Possible SYN flooding on port [::]:443. Sending cookies.", 443)]
    [InlineData("TCP: request_sock_TCPv6: Possible SYN flooding on port [fe80::1]:65535. Sending cookies.", 65535)]
    [InlineData("TCP: request_sock_TCP: Possible SYN flooding on port 8090. Dropping request.  Check SNMP counters.", 8090)]
    [InlineData("TCP: TCP: Possible SYN flooding on port 80. Sending cookies.  Check SNMP counters.", 80)]
    [InlineData("TCP: Possible SYN flooding on port 80. Sending cookies.", 80)]
    [InlineData("TCP: request_sock_subflow_v4: Possible SYN flooding on port 0.0.0.0:1. Sending cookies.", 1)]
    public void SynFloodingIsRecognizedWithItsPort(string text, int port) => Assert.Equal(("SynFlooding", port), Classify(text));

    [Theory]
    [InlineData("nf_conntrack: table full, dropping packet", "ConntrackFull")]
    [InlineData("nf_conntrack: table full, dropping packet.", "ConntrackFull")]
    [InlineData("nf_conntrack: nf_conntrack: table full, dropping packet", "ConntrackFull")]
    [InlineData("nf_conntrack: nf_conntrack: table full in netns 4026532246, dropping packet", "ConntrackFull")]
    [InlineData("TCP: out of memory -- consider tuning tcp_mem", "TcpOutOfMemory")]
    [InlineData("TCP: too many orphaned sockets", "TooManyOrphans")]
    [InlineData("TCP: time wait bucket table overflow", "TimeWaitOverflow")]
    [InlineData("neighbour: arp_cache: neighbor table overflow!", "NeighbourV4Overflow")]
    [InlineData("neighbour: ndisc_cache: neighbor table overflow!", "NeighbourV6Overflow")]
    [InlineData("Route cache is full: consider increasing sysctl net.ipv[4|6].route.max_size.", "RouteCacheFull")]
    [InlineData("Route cache is full: consider increasing sysctl net.ipv6.route.max_size.", "RouteCacheFull")]
    [InlineData("device eth0 entered promiscuous mode", "PromiscuousMode")]
    [InlineData("p0: entered promiscuous mode", "PromiscuousMode")]
    [InlineData("e1000e 0000:00:1f.6 enp0s31f6: entered promiscuous mode", "PromiscuousMode")]
    public void EachKindIsRecognized(string text, string kind) => Assert.Equal((kind, 0), Classify(text));

    [Fact]
    public void SuppressedLinesAreCountedAsManyAsTheKernelSays() =>
        Assert.Equal(("Suppressed", 23807), Classify("net_ratelimit: 23807 callbacks suppressed"));

    [Theory]
    [InlineData("")]
    [InlineData("TCP: ")]
    [InlineData("TCP: Hash tables configured (established 131072 bind 65536)")]
    [InlineData("TCP: request_sock_TCP: Possible SYN flooding on port 8080")]
    [InlineData("TCP: request_sock_TCP: Possible SYN flooding on port . Sending cookies.")]
    [InlineData("TCP: request_sock_TCP: Possible SYN flooding on port 0. Sending cookies.")]
    [InlineData("TCP: request_sock_TCP: Possible SYN flooding on port 65536. Sending cookies.")]
    [InlineData("TCP: request_sock_TCP: Possible SYN flooding on port -1. Sending cookies.")]
    [InlineData("nf_conntrack: expectation table full")]
    [InlineData("nf_conntrack: default automatic helper assignment has been turned off")]
    [InlineData("nf_conntrack: nf_conntrack: nf_conntrack: table full, dropping packet")]
    [InlineData("neighbour: dn_neigh_cache: neighbor table overflow!")]
    [InlineData("p0: left promiscuous mode")]
    [InlineData("p0: entered allmulticast mode")]
    [InlineData(" entered promiscuous mode")]
    [InlineData("entered promiscuous mode")]
    [InlineData("somebody entered promiscuous mode")]
    [InlineData("net_ratelimit:  callbacks suppressed")]
    [InlineData("net_ratelimit: -5 callbacks suppressed")]
    [InlineData("net_ratelimit: 2147483648 callbacks suppressed")]
    [InlineData("dst_alloc: 7728 callbacks suppressed")]
    public void WhatSoundsAlikeIsNot(string text) => Assert.Equal("None", Classify(text).Kind);

    /// <summary>
    /// A program names itself, in 15 bytes, and its crash is a line of the kernel's own. The file that it crashed in has any name.
    /// </summary>
    [Theory]
    [InlineData("TCP: too many o[4711]: segfault at 0 ip 0 sp 0 error 4 in TCP: too many orphaned sockets[400000+1000]")]
    [InlineData("TCP: out of mem[4711]: segfault at 0")]
    [InlineData("TCP: [4711]: segfault at 0 ip 0 sp 0 error 4 in x: Possible SYN flooding on port 80. Sending cookies.[400000+1000]")]
    [InlineData("TCP: x: Possibl[4711]: segfault at 0")]
    [InlineData("nf_conntrack: t[4711]: segfault at 0 ip 0 sp 0 error 4 in nf_conntrack: table full[400000+1000]")]
    [InlineData("net_ratelimit: [4711]: segfault at 0 ip 0 sp 0 error 4 in 5 callbacks suppressed[400000+1000]")]
    [InlineData("neighbour: arp_[4711]: segfault at 0")]
    [InlineData("Route cache is [4711]: segfault at 0")]
    [InlineData("device x[4711]: segfault at 0 in y entered promiscuous mode[400000+1000]")]
    public void ACrashOfAProgramWithAMisleadingNameIsNoEvent(string text) => Assert.Equal("None", Classify(text).Kind);

    [Fact]
    public void NoLineIsTooLongOrTooOdd()
    {
        var random = new Random(20261130);
        var text = new byte[8192];
        for (var round = 0; round < 200; round++)
        {
            random.NextBytes(text);
            "TCP: "u8.CopyTo(text);
            Assert.Equal(KernelEvent.None, KernelMessage.Classify(text, out _));
        }
    }
}
