namespace TcpAgent.Sources;

/// <summary>The state of one UDP socket between scans.</summary>
struct UdpMember
{
    /// <summary>sk_drops at the last scan.</summary>
    internal uint Drops;

    /// <summary>Bytes in use at the last scan.</summary>
    internal uint Used;

    /// <summary>The last scan that saw it.</summary>
    internal int SeenAt;
}
