namespace TcpAgent.Sources;

/// <summary>The data of one device in rtnetlink besides its counters.</summary>
sealed class LinkName(byte[] name) : DeviceInstance(name)
{
    internal long QueueLength { get; set; }

    internal long Promiscuity { get; set; }

    /// <summary>How an XDP program is attached, by IFLA_XDP_ATTACHED.</summary>
    internal long Xdp { get; set; }

    /// <summary>True for a veth device whose other end is in another network namespace.</summary>
    internal bool IsVethToElsewhere { get; set; }

    internal bool Seen { get; set; }

    /// <summary>The number of the last dump of counters that showed it.</summary>
    internal long CountedIn { get; set; }
}
