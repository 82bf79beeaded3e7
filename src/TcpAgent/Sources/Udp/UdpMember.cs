namespace TcpAgent.Sources;

/// <summary>What is remembered of one UDP socket from look to look.</summary>
struct UdpMember
{
    /// <summary>sk_drops at the last look.</summary>
    internal uint Drops;

    /// <summary>Bytes in use at the last look.</summary>
    internal uint Used;

    /// <summary>The last look that saw it.</summary>
    internal int SeenAt;
}
