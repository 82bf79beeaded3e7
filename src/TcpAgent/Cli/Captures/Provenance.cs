namespace TcpAgent.Cli;

/// <summary>Where a verdict comes from that is not of this host now.</summary>
/// <param name="Title">What was judged, in one line: "capture /tmp/x, two moments 5 s apart".</param>
/// <param name="Window">The time that the verdict covers, in place of how long this process watched.</param>
/// <param name="IsMoment">Whether it rests on one sample: it knows what was lost since boot, not what was lost then.</param>
/// <param name="KnowsSince">Whether it was written down by an agent or a watch, which saw when a state began.</param>
readonly record struct Provenance(string Title, string Window, bool IsMoment = false, bool KnowsSince = false);
