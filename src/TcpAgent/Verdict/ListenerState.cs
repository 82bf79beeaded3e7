using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>
/// The states of the two queues of one listener, from its own figures and never worse than the resource's. A SYN queue that is full because
/// the accept queue is full limits nothing, neither for the host nor for a listener.
/// </summary>
static class ListenerState
{
    /// <summary>A queue is full at one above its limit. If connections wait in it too long it is limiting, whatever its limit.</summary>
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
