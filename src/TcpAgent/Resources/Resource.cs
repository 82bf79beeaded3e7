using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>The full description of one bounded resource of the TCP path.</summary>
/// <param name="Name">Label and name in every report.</param>
/// <param name="Sources">The sources that the verdict on this resource needs.</param>
/// <param name="Scope">Where the limit applies.</param>
/// <param name="Unit">What used and limit count.</param>
/// <param name="Title">A description for people.</param>
/// <param name="Usage">Measures the use; null where no source shows it.</param>
/// <param name="Losses">The losses when it is full.</param>
sealed record Resource(
    string Name, string[] Sources, Scope Scope, string Unit, string Title, Func<Wiring, Usage?> Usage, Func<Wiring, Loss[]> Losses)
{
    internal Instance Instance { get; } = new(Name, ("resource", Name));

    /// <summary>Share of the limit from which the resource is near it.</summary>
    internal const double Near = Fullness.Near;

    /// <summary>The queue is full at one above the limit (include/net/sock.h, sk_acceptq_is_full: backlog &gt; max).</summary>
    internal bool FullAboveLimit { get; init; }

    /// <summary>The use at which it is full.</summary>
    internal long FullAt(long limit) => limit + (FullAboveLimit ? 1 : 0);

    /// <summary>
    /// Losses that come no more often than once in this many seconds have another cause, and two in a short window may too. 0: each loss
    /// proves the limit.
    /// </summary>
    internal int StrayLossSeconds { get; init; }

    /// <summary>
    /// For a queue, which empties itself: from this use on a single sample near the limit counts; below it the queue must stay near. Null
    /// for a table, whose use does not fluctuate like that.
    /// </summary>
    internal long? StaysBelow { get; init; }

    /// <summary>Reaching the limit is proof enough: the kernel then refuses, and some or all kernels count no loss.</summary>
    internal bool LimitIsProof { get; init; }

    /// <summary>A mark below the limit, in the resource's own unit, from which the resource is near it.</summary>
    internal Func<Wiring, Usage?>? Pressure { get; init; }
}
