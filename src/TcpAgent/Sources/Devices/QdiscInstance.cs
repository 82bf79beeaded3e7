using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The root qdisc of a device, with its kind.</summary>
sealed class QdiscInstance(string device, string kind) : Instance(device, ("device", device), ("kind", kind))
{
    long? _drops;
    bool _hasDropped;

    /// <summary>True if it dropped something since the agent first saw it.</summary>
    internal override bool IsNotable => _hasDropped;

    /// <summary>
    /// True if this qdisc, or one below it, drops before it is full to hold delay down. False if each drop means that a queue was full.
    /// </summary>
    internal bool DropsEarly { get; set; }

    internal void Note(long drops)
    {
        _hasDropped |= drops > (_drops ?? drops);
        _drops = drops;
    }
}
