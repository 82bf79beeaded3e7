using TcpAgent.Metrics;
using TcpAgent.Resources;

namespace TcpAgent.Verdict;

/// <summary>The verdict on one resource. The lists are for people, one entry per sentence.</summary>
sealed class ResourceReport(Resource resource, ResourceState state)
{
    internal Resource Resource { get; } = resource;

    internal ResourceState State { get; } = state;

    /// <summary>When the state turned to its value; null while it has not turned since the agent started.</summary>
    internal DateTimeOffset? Since { get; init; }

    internal long? Used { get; init; }

    internal long? Limit { get; init; }

    internal long? Peak { get; init; }

    /// <summary>The limit at the time of the peak: after a fix, the present one is higher.</summary>
    internal long? PeakLimit
    {
        get => field ?? Limit;
        init;
    }

    /// <summary>Losses within the watch.</summary>
    internal long? Losses { get; init; }

    /// <summary>Losses since boot, or since the first sample that showed them.</summary>
    internal long? LossesTotal { get; init; }

    /// <summary>
    /// True when a source that the resource needs is failing. Unlike a source that was switched off, that leaves the verdict open.
    /// </summary>
    internal bool IsSourceFailing { get; init; }

    /// <summary>
    /// True when there are more devices, queues or listeners than the agent follows, and those that it follows do not decide the state.
    /// </summary>
    internal bool IsIncomplete { get; init; }

    /// <summary>The listener, CPU, device, queue or destination; null where there is only one.</summary>
    internal Instance? Instance { get; init; }

    /// <summary>The instance's name for people; empty where there is only one.</summary>
    internal string Subject => Instance?.Subject ?? "";

    /// <summary>True for a loss that the limit did not provably cause.</summary>
    internal bool IsLossWithoutSaturation => State == ResourceState.Ok && Losses > 0;

    /// <summary>
    /// What it does to traffic now, in one sentence; empty unless it limits or is near its limit. <see cref="Verdict.Headline"/> writes it.
    /// </summary>
    internal string Headline { get; set; } = "";

    /// <summary>The same sentence for a time that is over.</summary>
    internal string HeadlinePast { get; set; } = "";

    /// <summary>The program and the unit or container that it belongs to, in a few words; null if that is unknown.</summary>
    internal string? Owner { get; init; }

    /// <summary>Why the owner does not accept, as one word; null if that is unknown. The evidence has the figures.</summary>
    internal string? Cause { get; set; }

    internal List<string> Evidence { get; } = [];

    internal List<string> Advice { get; } = [];

    internal List<string> WillNotFix { get; } = [];
}
