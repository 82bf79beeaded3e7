namespace TcpAgent.Resources;

/// <summary>What a loss counter proves.</summary>
enum LossRule
{
    /// <summary>It moves only when the limit was reached.</summary>
    Proof,

    /// <summary>
    /// A loss of this resource, but other causes move the counter too: it proves the limit only while the resource is near it.
    /// </summary>
    Own,

    /// <summary>Other resources share this counter: it counts, and proves, only while the resource is near its limit.</summary>
    WhileNear,

    /// <summary>No loss: the counter moves when use passes the mark from which the resource is near its limit.</summary>
    Pressure,

    /// <summary>
    /// A loss of this resource that another resource's limit caused, or that is too small to limit anybody. It is counted but never a
    /// proof.
    /// </summary>
    Consequence,

    /// <summary>No loss under the present sysctls.</summary>
    None,
}
