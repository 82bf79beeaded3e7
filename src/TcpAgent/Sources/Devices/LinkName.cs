namespace TcpAgent.Sources;

/// <summary>What rtnetlink says of one device besides its counters.</summary>
sealed class LinkName(byte[] name) : DeviceInstance(name)
{
    internal long QueueLength { get; set; }

    internal long Promiscuity { get; set; }

    /// <summary>How an XDP program is attached, by IFLA_XDP_ATTACHED.</summary>
    internal long Xdp { get; set; }

    /// <summary>A veth device whose other end is in another network namespace.</summary>
    internal bool IsVethToElsewhere { get; set; }

    internal bool Seen { get; set; }

    /// <summary>The number of the last dump of counters that showed it.</summary>
    internal long CountedIn { get; set; }
}
