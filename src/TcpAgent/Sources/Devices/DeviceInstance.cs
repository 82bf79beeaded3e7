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

    /// <summary>Takes what its counters of losses show at this tick; what is absent is 0.</summary>
    internal void Note(params ReadOnlySpan<long> counters)
    {
        var losses = 0L;
        foreach (var counter in counters)
            losses += Math.Max(0, counter);
        HasLost |= losses > (_losses ?? losses);
        _losses = losses;
    }
}
