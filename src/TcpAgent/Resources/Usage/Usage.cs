using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>Reads used and limit of one kind of resource.</summary>
abstract class Usage
{
    internal abstract void Look(ref Scan scan);

    /// <summary>What is in one of them is known to have come a moment ago, however often it is seen full.</summary>
    internal virtual bool IsPassing(Instance? of) => false;

    /// <summary>Which of them lost something at this tick, when the loss counters do not say.</summary>
    internal virtual Instance? Blamed => null;

    /// <summary>Where nothing else says which of them lost something, it was the fullest.</summary>
    internal virtual bool IsFullestBlamed => true;
}
