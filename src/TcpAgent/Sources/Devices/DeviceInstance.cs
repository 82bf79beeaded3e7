using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>A network device, identified by its name, which may not be UTF-8.</summary>
class DeviceInstance(byte[] name) : Instance(Label.Text(name), ("device", Label.Text(name)))
{
    internal byte[] Name { get; } = name;

    /// <summary>True if a driver moves its packets: not a veth, bridge, tunnel or other software device.</summary>
    internal bool HasDriver { get; set; }

    /// <summary>True if it lost something since the agent first saw it.</summary>
    internal bool HasLost { get; private set; }

    internal override bool IsNotable => HasLost || HasDriver;

    long? _losses;

    /// <summary>Takes the sum of its loss counters at this tick; an absent counter is 0.</summary>
    internal void Note(params ReadOnlySpan<long> counters)
    {
        var losses = 0L;
        foreach (var counter in counters)
            losses += Math.Max(0, counter);
        HasLost |= losses > (_losses ?? losses);
        _losses = losses;
    }
}
