using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Netlink;

/// <summary>
/// struct inet_diag_msg { u8 family, state, timer, retrans; struct inet_diag_sockid { be16 sport, dport; be32 src[4], dst[4]; u32 if,
/// cookie[2]; } id; u32 expires, rqueue, wqueue, uid, inode; }, then attributes. Fields are decoded on access.
/// </summary>
readonly ref struct InetDiagRow(ReadOnlySpan<byte> payload)
{
    internal const int MessageLength = 72;

    /// <summary>idiag_timer of a mini-socket, in TIME_WAIT or FIN_WAIT2 (inet_twsk_diag_fill).</summary>
    internal const byte TimeWaitTimer = 3;

    /// <summary>idiag_timer while segments wait for their ACK, keepalive probes are sent, or the peer's window is closed.</summary>
    internal const byte RetransmitTimer = 1, KeepaliveTimer = 2, WindowProbeTimer = 4;

    const int AF_INET = 2;
    const int INET_DIAG_INFO = 2;
    const int INET_DIAG_SKMEMINFO = 7;
    const int INET_DIAG_SKV6ONLY = 11;
    const int INET_DIAG_CGROUP_ID = 21;
    const int SK_MEMINFO_RMEM_ALLOC = 0;
    const int SK_MEMINFO_RCVBUF = 1;
    const int SK_MEMINFO_DROPS = 8;

    readonly ReadOnlySpan<byte> _payload = payload;

    internal byte Family => _payload[0];

    internal TcpState State => (TcpState)_payload[1];

    internal byte Timer => _payload[2];

    /// <summary>
    /// Consecutive retransmissions or keepalive probes without an acknowledgement; for a half-open connection those of its SYN-ACK.
    /// </summary>
    internal byte Retransmits => _payload[3];

    internal ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_payload[4..]);

    internal ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_payload[6..]);

    internal Endpoint Local => Endpoint.From(_payload.Slice(8, Family == AF_INET ? 4 : 16), SourcePort);

    /// <summary>
    /// The local end with the device that the socket is bound to, by SO_BINDTODEVICE, a VRF or the scope of a link-local address
    /// (idiag_if). The device distinguishes listeners of one address and port. A half-open connection has the device of its listener, or
    /// the one on which it arrived.
    /// </summary>
    internal Endpoint LocalOnDevice => Local with { Device = MemoryMarshal.Read<int>(_payload[40..]) };

    internal Endpoint Remote => Endpoint.From(_payload.Slice(24, Family == AF_INET ? 4 : 16), DestinationPort);

    /// <summary>Identifies the socket during its life.</summary>
    internal ulong Cookie => MemoryMarshal.Read<ulong>(_payload[44..]);

    /// <summary>Milliseconds until the timer fires.</summary>
    internal uint Expires => MemoryMarshal.Read<uint>(_payload[52..]);

    /// <summary>For a listener: connections that wait to be accepted.</summary>
    internal uint ReceiveQueue => MemoryMarshal.Read<uint>(_payload[56..]);

    /// <summary>For a listener: how many may wait; the queue is full above this.</summary>
    internal uint SendQueue => MemoryMarshal.Read<uint>(_payload[60..]);

    /// <summary>0 while no process holds the socket: not accepted yet, or closed.</summary>
    internal uint Inode => MemoryMarshal.Read<uint>(_payload[68..]);

    /// <summary>sk_drops, if requested; <see cref="KernelValue.Absent"/> where the kernel does not report it.</summary>
    internal long Drops => Attribute(INET_DIAG_SKMEMINFO, SK_MEMINFO_DROPS * sizeof(uint));

    /// <summary>
    /// If requested, the bytes of the receive buffer in use (sk_rmem_alloc, which includes the kernel's overhead per packet), its size
    /// (sk_rcvbuf, twice the value of SO_RCVBUF) and sk_drops; all <see cref="KernelValue.Absent"/> where the kernel does not report them.
    /// </summary>
    internal (long Used, long Size, long Drops) ReceiveMemory =>
        Find(INET_DIAG_SKMEMINFO) is { Length: >= (SK_MEMINFO_DROPS + 1) * sizeof(uint) } memory
            ? (MemoryMarshal.Read<uint>(memory[(SK_MEMINFO_RMEM_ALLOC * sizeof(uint))..]),
                MemoryMarshal.Read<uint>(memory[(SK_MEMINFO_RCVBUF * sizeof(uint))..]),
                MemoryMarshal.Read<uint>(memory[(SK_MEMINFO_DROPS * sizeof(uint))..]))
            : (KernelValue.Absent, KernelValue.Absent, KernelValue.Absent);

    /// <summary>
    /// True for an IPv6 socket that leaves the same IPv4 port to others. The kernel reports it for sockets without a peer.
    /// </summary>
    internal bool IsIPv6Only => Find(INET_DIAG_SKV6ONLY) is [not 0, ..];

    /// <summary>
    /// The cgroup of version 2 in which the socket was created, whoever holds it now. The kernel shows it without being asked, since 5.9. 0
    /// if it is unknown.
    /// </summary>
    internal ulong CgroupId =>
        Find(INET_DIAG_CGROUP_ID) is { Length: >= sizeof(ulong) } id ? MemoryMarshal.Read<ulong>(id) : 0;

    /// <summary>The figures of TCP, if requested; all absent otherwise.</summary>
    internal TcpInfo Info => new(Find(INET_DIAG_INFO));

    long Attribute(int wanted, int offset) =>
        Find(wanted) is var value && value.Length >= offset + sizeof(uint) ? MemoryMarshal.Read<uint>(value[offset..]) : KernelValue.Absent;

    ReadOnlySpan<byte> Find(int wanted) => NetlinkAttributeReader.Find(_payload[MessageLength..], wanted);
}
