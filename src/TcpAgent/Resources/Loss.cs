using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <param name="Tally">The kernel counters.</param>
/// <param name="Rule">What a rise of the counters proves.</param>
/// <param name="RuleNow">The rule at each loss, where it depends on sysctls or on other resources.</param>
sealed record Loss(Tally Tally, LossRule Rule, Func<LossRule>? RuleNow = null)
{
    /// <summary>
    /// The share of the limit from which the loss counts under the rule <see cref="LossRule.WhileNear"/>. Null: while the resource is near
    /// its limit or its pressure mark.
    /// </summary>
    internal double? From { get; init; }

    /// <summary>
    /// The table to which the loss belongs, if there are several: it counts only while that table is the fullest. Null: the counter covers
    /// all.
    /// </summary>
    internal Instance? Of { get; init; }

    /// <summary>
    /// For a counter that is not read at each tick: the nanoseconds within which its rise fell. Null: since the previous tick.
    /// </summary>
    internal Func<long>? Covered { get; init; }

    /// <summary>The instance that lost something at this tick, if the loss itself says so.</summary>
    internal Func<Instance?>? Blamed { get; init; }
}
