namespace TcpAgent.Sources;

/// <summary>What one look at the ephemeral ports found. Refilled by a later one.</summary>
sealed class PortCensus
{
    internal const int MaxWorst = 10;

    /// <summary>Listening ports told one by one.</summary>
    internal const int MaxUnreserved = 16;

    readonly HeldPorts[] _worst = new HeldPorts[MaxWorst];
    int _count;

    /// <summary>All tuples. A table of its own, for the next look fills another while this one is asked.</summary>
    internal PortTable Table { get; } = new();

    /// <summary>The tuples that hold most, the first of all first.</summary>
    internal ReadOnlySpan<HeldPorts> Worst => _worst.AsSpan(0, _count);

    /// <summary>Ports of the range that are not reserved.</summary>
    internal long Usable { get; set; }

    /// <summary>Ports of the range that ip_local_reserved_ports takes.</summary>
    internal long Reserved { get; set; }

    /// <summary>Source addresses that have about as many sockets as there are ports; of the counts that were taken.</summary>
    internal List<SourcePorts> Sources { get; } = new(SourceCount.MaxSources);

    /// <summary>There is such an address whose ports were not counted: the next look counts them.</summary>
    internal bool HasUncounted { get; set; }

    /// <summary>What is wrong with the connections, by destination.</summary>
    internal PeerCensus Peers { get; } = new();

    /// <summary>Of the usable ones those that are listened on.</summary>
    internal long Listening { get; set; }

    /// <summary>Listening ports of the range that are not reserved.</summary>
    internal List<ushort> Unreserved { get; } = [];

    internal long Tuples => Table.Count;

    internal long Omitted => Table.Omitted;

    /// <summary>Rows the kernel gave in a form that is not its own, and the first of them, counted from 1.</summary>
    internal int Malformed { get; set; }

    internal int MalformedLine { get; set; }

    internal void Rank() => _count = Table.Rank(_worst);
}
