using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The root qdisc of a device, with its kind.</summary>
sealed class QdiscInstance(string device, string kind) : Instance(device, ("device", device), ("kind", kind))
{
    long? _drops;

    /// <summary>True if it dropped something since the agent first saw it.</summary>
    internal override bool IsNotable => _hasDropped;

    bool _hasDropped;

    internal void Note(long drops)
    {
        _hasDropped |= drops > (_drops ?? drops);
        _drops = drops;
    }
}
