using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>
/// What another limit would have done in the time that a verdict covers. It gives bounds alone: with another limit, clients would have
/// behaved differently too, and what would have come after that time is in no counter.
/// </summary>
sealed class WhatIf
{
    WhatIf(Supposition supposed, Resource resource, ResourceReport? report, double watched)
    {
        (Supposed, Resource, Report, Watched) = (supposed, resource, report, watched);

        // One sample counts what was lost since boot.
        Losses = watched > 0 ? report?.Losses : null;
        Peak = report?.Peak ?? report?.Used;
        Outcome = Judge();
        if (Losses is not > 0 || !supposed.Bound.CountsEachLoss || Outcome is not (WhatIfOutcome.Enough or WhatIfOutcome.Perhaps))
            return;
        AtMost = Peak + Losses;
        if (supposed.Bound.Fills)
            LastsSeconds = (Resource.FullAt(supposed.Limit) - Peak) * watched / Losses;
    }

    internal Supposition Supposed { get; }

    internal Resource Resource { get; }

    /// <summary>Null where the verdict has no word on the resource.</summary>
    internal ResourceReport? Report { get; }

    /// <summary>Seconds that the verdict covers; 0 for one moment.</summary>
    internal double Watched { get; }

    internal WhatIfOutcome Outcome { get; }

    /// <summary>The highest use, in the resource's unit; null if unknown.</summary>
    internal long? Peak { get; }

    /// <summary>Losses within the time; null if unknown.</summary>
    internal long? Losses { get; }

    /// <summary>
    /// No more places than these could have been in use: those that were, and one for each loss. Null where nothing was lost.
    /// </summary>
    internal long? AtMost { get; }

    /// <summary>
    /// Seconds after which the added places are taken if losses go on as they did and no place becomes free; null where nothing was lost or
    /// the resource empties by itself.
    /// </summary>
    internal double? LastsSeconds { get; }

    /// <summary>One answer for each resource that a sysctl limits and the host has.</summary>
    internal static List<WhatIf> Of(IReadOnlyList<Supposition> supposed, HostVerdict verdict)
    {
        var answers = new List<WhatIf>();
        foreach (var one in supposed)
            foreach (var resource in one.Bound.Resources)
            {
                var report = Find(resource, verdict);
                if (one.Bound.Resources[0] == resource || report is { State: not ResourceState.Absent, Peak: not null })
                    answers.Add(new WhatIf(one, resource, report, verdict.WatchedSeconds));
            }
        return answers;
    }

    /// <summary>The verdict may be of another version, so a place in its list tells nothing.</summary>
    static ResourceReport? Find(Resource resource, HostVerdict verdict)
    {
        foreach (var report in verdict.Resources)
            if (report.Resource == resource)
                return report;
        return null;
    }

    WhatIfOutcome Judge()
    {
        if (Peak is not { } peak || Report?.PeakLimit is not { } present)
            return WhatIfOutcome.CannotTell;
        var places = Resource.FullAt(Supposed.Limit);
        var isRaised = Supposed.Limit > present;
        if (!isRaised && Losses > 0)
            return WhatIfOutcome.NoBetter;
        if (peak > places)
            return WhatIfOutcome.TooLow;
        if (Losses > 0)
            return !Supposed.Bound.CountsEachLoss ? WhatIfOutcome.CannotTell
                : peak + Losses <= places ? WhatIfOutcome.Enough
                : WhatIfOutcome.Perhaps;

        // Some resources count no losses. They refused nothing if they were not full.
        return Watched > 0 && peak < Resource.FullAt(present) ? WhatIfOutcome.Enough : WhatIfOutcome.CannotTell;
    }
}
