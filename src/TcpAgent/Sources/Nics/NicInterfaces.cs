namespace TcpAgent.Sources;

/// <summary>The interfaces by which a network card is read.</summary>
[Flags]
enum NicInterfaces : byte
{
    None = 0,

    /// <summary>Sizes of the rings, by ethtool's generic netlink.</summary>
    Rings = 1,
    Channels = 2,

    /// <summary>The statistics that the kernel names.</summary>
    Queues = 4,

    /// <summary>The statistics that the driver names.</summary>
    Driver = 8,
    All = Rings | Channels | Queues | Driver,
}
