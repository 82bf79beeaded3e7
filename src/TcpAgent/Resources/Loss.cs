namespace TcpAgent.Resources;

/// <param name="Tally">The kernel counters.</param>
/// <param name="Rule">What they prove.</param>
/// <param name="RuleNow">Asked at each loss, where it depends on settings or on other resources.</param>
sealed record Loss(Tally Tally, LossRule Rule, Func<LossRule>? RuleNow = null);
