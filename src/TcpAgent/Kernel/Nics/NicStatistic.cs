namespace TcpAgent.Kernel.Nics;

/// <summary>The kinds of statistics that are taken from the names of drivers.</summary>
enum NicStatistic : byte
{
    /// <summary>Any other name.</summary>
    None,

    /// <summary>Packets that found no free descriptor or buffer.</summary>
    ReceiveOverruns,

    /// <summary>Times a driver got no memory for a buffer.</summary>
    AllocationFailures,

    /// <summary>Packets dropped for a reason that the name does not say.</summary>
    ReceiveDrops,

    TransmitDrops,

    /// <summary>Times a transmit queue was full and was stopped.</summary>
    TransmitStops,

    // Of ENA only.
    BandwidthIn,
    BandwidthOut,
    Packets,
    Conntrack,
    LinkLocal,

    /// <summary>Connections that may still be tracked. The only one that is no counter.</summary>
    ConntrackAvailable,
}
