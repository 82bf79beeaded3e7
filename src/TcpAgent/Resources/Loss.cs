using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <param name="Tally">The kernel counters.</param>
/// <param name="Rule">What they prove.</param>
/// <param name="RuleNow">Asked at each loss, where it depends on settings or on other resources.</param>
sealed record Loss(Tally Tally, LossRule Rule, Func<LossRule>? RuleNow = null)
{
    /// <summary>
    /// The share of the limit from which it counts by the rule <see cref="LossRule.WhileNear"/>. Null: while the resource is near, by its
    /// pressure mark too.
    /// </summary>
    internal double? From { get; init; }

    /// <summary>Of several tables the one that loses: it counts only while that one is the fullest. Null: the counter is for all.</summary>
    internal Instance? Of { get; init; }
}
