using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>The result of one scan of the UDP sockets. Refilled by a later one.</summary>
sealed class UdpCensus
{
    /// <summary>Maximum number of addresses and ports reported one by one, those that lose most.</summary>
    internal const int MaxNotable = 64;

    readonly UdpQueue[] _notable = new UdpQueue[MaxNotable];
    int _count;

    internal ReadOnlySpan<UdpQueue> Notable => _notable.AsSpan(0, _count);

    internal long Sockets { get; set; }

    /// <summary>Number of sockets beyond those that are followed.</summary>
    internal long Unfollowed { get; set; }

    /// <summary>Notable addresses and ports that are not reported.</summary>
    internal long Omitted { get; private set; }

    /// <summary>The socket with the fullest buffer of all.</summary>
    internal long Used { get; private set; }

    internal long Limit { get; private set; }

    /// <summary>Bytes that wait in all sockets, of IPv4 and of IPv6.</summary>
    internal (long Receive, long Send) IPv4 { get; private set; }

    internal (long Receive, long Send) IPv6 { get; private set; }

    internal UdpPorts Ports { get; } = new();

    /// <summary>The errno that hides the port range; 0 if it is known.</summary>
    internal int PortsErrno { get; set; }

    internal ParseResult Malformed { get; set; }

    internal void Clear()
    {
        (_count, Sockets, Unfollowed, Omitted, Used, Limit, Malformed) = (0, 0, 0, 0, KernelValue.Absent, KernelValue.Absent, default);
        (IPv4, IPv6) = (default, default);
    }

    internal void CountQueues(bool isIPv6, long receive, long send)
    {
        if (isIPv6)
            IPv6 = (IPv6.Receive + receive, IPv6.Send + send);
        else
            IPv4 = (IPv4.Receive + receive, IPv4.Send + send);
    }

    internal void Offer(long used, long limit)
    {
        if (Used == KernelValue.Absent || Fullness.Of(used, limit).CompareTo(Fullness.Of(Used, Limit)) > 0)
            (Used, Limit) = (used, limit);
    }

    internal void Add(in UdpQueue queue)
    {
        if (!queue.IsNotable)
            return;
        if (_count == MaxNotable)
            Omitted++;
        Top.Offer(_notable, ref _count, queue, static (one, other) => one.CompareTo(other) > 0);
    }
}
