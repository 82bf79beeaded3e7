using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>What one look at the UDP sockets found. Refilled by a later one.</summary>
sealed class UdpCensus
{
    /// <summary>Addresses and ports told one by one, of more those that lose most.</summary>
    internal const int MaxNotable = 64;

    readonly UdpQueue[] _notable = new UdpQueue[MaxNotable];
    int _count;

    internal ReadOnlySpan<UdpQueue> Notable => _notable.AsSpan(0, _count);

    internal long Sockets { get; set; }

    /// <summary>Sockets beyond those that are followed.</summary>
    internal long Unfollowed { get; set; }

    /// <summary>Notable ones that are not told.</summary>
    internal long Omitted { get; private set; }

    /// <summary>Of all sockets the one whose buffer is fullest.</summary>
    internal long Used { get; private set; }

    internal long Limit { get; private set; }

    internal UdpPorts Ports { get; } = new();

    /// <summary>Why the port range is not known; 0 where it is.</summary>
    internal int PortsErrno { get; set; }

    internal ParseResult Malformed { get; set; }

    internal void Clear() =>
        (_count, Sockets, Unfollowed, Omitted, Used, Limit, Malformed) = (0, 0, 0, 0, KernelValue.Absent, KernelValue.Absent, default);

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
