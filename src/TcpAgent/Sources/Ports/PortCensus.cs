using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>The result of one scan of the ephemeral ports. Refilled by a later one.</summary>
sealed class PortCensus
{
    internal const int MaxWorst = 10;

    /// <summary>Maximum number of listening ports reported one by one.</summary>
    internal const int MaxUnreserved = 16;

    readonly HeldPorts[] _worst = new HeldPorts[MaxWorst];
    int _count;

    /// <summary>All tuples. Each census has its own table, because the next scan fills another while this one is read.</summary>
    internal PortTable Table { get; } = new();

    /// <summary>The tuples that hold the most ports, in order.</summary>
    internal ReadOnlySpan<HeldPorts> Worst => _worst.AsSpan(0, _count);

    /// <summary>Ports of the range that are not reserved.</summary>
    internal long Usable { get; set; }

    /// <summary>Ports of the range that ip_local_reserved_ports excludes.</summary>
    internal long Reserved { get; set; }

    /// <summary>Source addresses with about as many sockets as there are ports, if their ports were counted.</summary>
    internal List<SourcePorts> Sources { get; } = new(SourceCount.MaxSources);

    /// <summary>True if there is such an address whose ports were not counted; the next scan counts them.</summary>
    internal bool HasUncounted { get; set; }

    /// <summary>Connections without progress, by destination.</summary>
    internal PeerCensus Peers { get; } = new();

    /// <summary>Usable ports with a listener.</summary>
    internal long Listening { get; set; }

    /// <summary>Listening ports of the range that are not reserved.</summary>
    internal List<ushort> Unreserved { get; } = [];

    internal long Tuples => Table.Count;

    internal long Omitted => Table.Omitted;

    /// <summary>Rows that were not in the kernel's format; the first is counted from 1.</summary>
    internal ParseResult Malformed { get; set; }

    internal void Rank() => _count = Table.Rank(_worst);
}
