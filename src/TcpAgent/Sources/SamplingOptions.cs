namespace TcpAgent.Sources;

/// <summary>How often the agent samples, and what. The values here are the flags' defaults; a test checks that.</summary>
sealed record SamplingOptions
{
    internal static SamplingOptions Default { get; } = new();

    /// <summary>
    /// Time between two samples, from 100 ms to 1 h. Defaults to 1 s: short enough to see a queue fill between two scrapes, and a rate over
    /// a minute is off by less than 2 %.
    /// </summary>
    internal TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Share of one CPU that walks of the socket table may use, above 0 to 1. Defaults to 0.01, at which a host with a million sockets
    /// still counts them, only less often. 1: only its own speed limits a walk, which suits a manual watch.
    /// </summary>
    internal double WalkBudget { get; init; } = 0.01;

    /// <summary>A budget under which every walk runs at once, however long it takes: for files that do not change.</summary>
    internal const double Unlimited = double.PositiveInfinity;

    /// <summary>
    /// Nanoseconds between two looks that are a period apart at the default budget. A larger budget, as for a watch by hand, shortens it.
    /// </summary>
    internal long Spaced(TimeSpan period) => (long)(period.TotalNanoseconds * Math.Min(1, Default.WalkBudget / WalkBudget));

    /// <summary>The same for a look that begins at a tick, which may come a little early.</summary>
    internal long SpacedByTicks(TimeSpan period) => Spaced(period) / 100 * 99;

    /// <summary>
    /// Length of the sliding window for peaks, from 1 s to 1 h. Defaults to 60 s, Prometheus' default scrape interval: one of two scrapes
    /// shows a peak between them.
    /// </summary>
    internal TimeSpan PeakWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Maximum number of listeners exported, from 0 to 10,000; the busiest are kept and the others only counted. Defaults to 256, more than
    /// an ordinary host has, so that it limits the series of a misbehaving one.
    /// </summary>
    internal int MaxListeners { get; init; } = 256;

    /// <summary>
    /// Whether fields of netstat, snmp and snmp6 that no row names are exported too. Defaults to false: their names are the kernel's and
    /// change with it.
    /// </summary>
    internal bool AllNetstatFields { get; init; }

    /// <summary>
    /// Whether the contents of the connection tracking table are sampled. Defaults to false: it needs CAP_NET_ADMIN.
    /// </summary>
    internal bool HasConntrackTable { get; init; }

    /// <summary>Names of the sources that are not exported, from <see cref="SourceList.Names"/>. Defaults to none.</summary>
    internal string[] DisabledSources { get; init; } = [];

    internal bool IsEnabled(string source) => Array.IndexOf(DisabledSources, source) < 0;
}
