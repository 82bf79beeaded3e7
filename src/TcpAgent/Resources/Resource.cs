using TcpAgent.Metrics;


namespace TcpAgent.Resources;

/// <summary>One bounded resource of the TCP path, all there is to say about it.</summary>
/// <param name="Name">Label and name in every report.</param>
/// <param name="Sources">Without these nothing can be said.</param>
/// <param name="Scope">Where the limit applies.</param>
/// <param name="Unit">What used and limit count.</param>
/// <param name="Title">What it is, for people.</param>
/// <param name="Usage">How full it is; null where no source tells.</param>
/// <param name="Losses">What is lost when it is full.</param>
sealed record Resource(
    string Name, string[] Sources, Scope Scope, string Unit, string Title, Func<Wiring, Usage?> Usage, Func<Wiring, Loss[]> Losses)
{
    internal Instance Instance { get; } = new(Name, ("resource", Name));

    /// <summary>Share of the limit from which the resource is near it.</summary>
    internal const double Near = 0.8;

    /// <summary>Full is one more than the limit (include/net/sock.h, sk_acceptq_is_full: backlog &gt; max).</summary>
    internal bool FullAboveLimit { get; init; }

    /// <summary>
    /// Losses no more frequent than one in this many seconds have another cause, and so may two have in a short window. 0: each proves the
    /// limit.
    /// </summary>
    internal int StrayLossSeconds { get; init; }

    /// <summary>
    /// For a queue, which empties itself: from this use on a single sample near its limit counts, below it only one that stays there.
    /// Null for a table, which is as full as it is.
    /// </summary>
    internal long? StaysBelow { get; init; }

    /// <summary>Being at the limit is proof enough: the kernel then refuses, and some or all kernels count no loss.</summary>
    internal bool LimitIsProof { get; init; }

    /// <summary>A mark below the limit from which the resource is near it, in its own unit.</summary>
    internal Func<Wiring, Usage?>? Pressure { get; init; }
}
