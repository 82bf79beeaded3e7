using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>A network device by its name, which need not be UTF-8.</summary>
class DeviceInstance(byte[] name) : Instance(Label.Text(name), ("device", Label.Text(name)))
{
    internal byte[] Name { get; } = name;

    /// <summary>A driver moves its packets: it is no veth, bridge, tunnel or other device of software alone.</summary>
    internal bool HasDriver { get; set; }

    /// <summary>It lost something since the agent first saw it.</summary>
    internal bool HasLost { get; private set; }

    internal override bool IsNotable => HasLost || HasDriver;

    long? _losses;

    /// <param name="losses">All that its counters show at this tick.</param>
    internal void Note(long losses)
    {
        HasLost |= losses > (_losses ?? losses);
        _losses = losses;
    }
}
