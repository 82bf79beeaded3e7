using TcpAgent.Metrics;
using TcpAgent.Resources;

namespace TcpAgent.Verdict;

/// <summary>What is known of one resource. Lists are for people, a sentence an entry.</summary>
sealed class ResourceReport(Resource resource, ResourceState state)
{
    internal Resource Resource { get; } = resource;

    internal ResourceState State { get; } = state;

    internal long? Used { get; init; }

    internal long? Limit { get; init; }

    internal long? Peak { get; init; }

    /// <summary>Lost within the watch.</summary>
    internal long? Losses { get; init; }

    /// <summary>Lost since boot, or since the agent can tell.</summary>
    internal long? LossesTotal { get; init; }

    /// <summary>A source fails that is needed: unlike one that was switched off, that leaves the verdict open.</summary>
    internal bool IsSourceFailing { get; init; }

    /// <summary>There are more devices, queues or listeners than the agent follows, and none that it follows says more.</summary>
    internal bool IsIncomplete { get; init; }

    /// <summary>Which listener, CPU, device, queue or destination; null where there is only one.</summary>
    internal Instance? Instance { get; init; }

    /// <summary>Its name for people; empty where there is only one.</summary>
    internal string Subject => Instance?.Subject ?? "";

    /// <summary>A loss, but nothing says that the limit caused it.</summary>
    internal bool IsLossWithoutSaturation => State == ResourceState.Ok && Losses > 0;

    internal List<string> Evidence { get; } = [];

    internal List<string> Advice { get; } = [];

    internal List<string> WillNotFix { get; } = [];
}
