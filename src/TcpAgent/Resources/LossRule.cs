namespace TcpAgent.Resources;

/// <summary>What a loss counter proves.</summary>
enum LossRule
{
    /// <summary>It moves only when the limit was reached.</summary>
    Proof,

    /// <summary>A loss of this resource, but other causes move it too: it proves the limit only while the resource is near it.</summary>
    Own,

    /// <summary>Not this resource's alone: it counts, and proves, only while the resource is near its limit.</summary>
    WhileNear,

    /// <summary>No loss: it moves when the mark is passed from which the resource is near its limit.</summary>
    Pressure,

    /// <summary>
    /// A loss of this resource that another one's limit caused, or that is too small to limit anybody: counted, never a proof.
    /// </summary>
    Consequence,

    /// <summary>No loss as things are set.</summary>
    None,
}
