using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>
/// How the two queues of one listener stand: by its own figures, and never worse than the resource. A SYN queue that is full behind a full
/// accept queue limits nothing, so neither does that of a listener.
/// </summary>
static class ListenerState
{
    /// <summary>Full is one more than the limit. A queue in which connections wait too long limits, whatever its limit.</summary>
    internal static ResourceState OfAcceptQueue(long length, long limit, bool isLate, ResourceState whole) =>
        isLate && whole is ResourceState.Near or ResourceState.Limiting ? whole : Of(length > limit, length, limit, whole);

    internal static ResourceState OfSynQueue(long synRecv, long limit, ResourceState whole) => Of(synRecv >= limit, synRecv, limit, whole);

    static ResourceState Of(bool isFull, long used, long limit, ResourceState whole)
    {
        if (used <= 0 || limit < 0 || whole > ResourceState.Limiting)
            return ResourceState.Ok;
        var own = isFull ? ResourceState.Limiting : Fullness.Of(used, limit).Share >= Resource.Near ? ResourceState.Near : ResourceState.Ok;
        return own < whole ? own : whole;
    }
}
