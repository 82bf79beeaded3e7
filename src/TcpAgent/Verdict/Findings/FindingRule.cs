namespace TcpAgent.Verdict;

/// <summary>The rule behind one finding.</summary>
/// <param name="Id">Stable name.</param>
/// <param name="Severity"><see cref="Finding.Warning"/> or <see cref="Finding.Info"/>.</param>
/// <param name="Check">Returns the finding's text with the values read, or null if the condition does not hold.</param>
/// <param name="Headline">
/// The sentence shown beside the verdict, without a full stop. Only for conditions that hurt traffic now though no queue or table of this
/// host limits it.
/// </param>
sealed record FindingRule(string Id, string Severity, Func<SampleView, string?> Check, string? Headline = null);
