using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>Reads used and limit of one kind of resource.</summary>
abstract class Usage
{
    internal abstract void Look(ref Scan scan);

    /// <summary>True if the content of an instance is known to have arrived a moment ago, however often it is seen full.</summary>
    internal virtual bool IsPassing(Instance? of) => false;

    /// <summary>The instance that lost something at this tick, when the loss counters do not say.</summary>
    internal virtual Instance? Blamed => null;

    /// <summary>If nothing else shows which instance lost something, it was the fullest.</summary>
    internal virtual bool IsFullestBlamed => true;
}
