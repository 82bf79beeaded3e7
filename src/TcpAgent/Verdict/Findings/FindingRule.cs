namespace TcpAgent.Verdict;

/// <summary>What one finding is found by.</summary>
/// <param name="Id">Stable name.</param>
/// <param name="Severity"><see cref="Finding.Warning"/> or <see cref="Finding.Info"/>.</param>
/// <param name="Check">The finding's text, with the values read; null where there is nothing to say.</param>
/// <param name="Headline">
/// For what hurts traffic now though no queue or table of this host limits it: the sentence that stands beside the verdict, without its
/// full stop.
/// </param>
sealed record FindingRule(string Id, string Severity, Func<SampleView, string?> Check, string? Headline = null);
