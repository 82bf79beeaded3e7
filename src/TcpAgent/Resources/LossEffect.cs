namespace TcpAgent.Resources;

/// <summary>The effect of a rise of a loss counter.</summary>
/// <param name="Lost">Losses of the resource.</param>
/// <param name="Proven">Losses that prove that the limit was reached.</param>
/// <param name="Raise">What the rise implies about the use between two samples, whatever they saw.</param>
readonly record struct LossEffect(long Lost, long Proven, Raise Raise)
{
    /// <param name="rule">What the counter proves.</param>
    /// <param name="rise">The rise since the previous tick, above 0.</param>
    /// <param name="isNear">The resource is near its limit, or was within the window.</param>
    internal static LossEffect Of(LossRule rule, long rise, bool isNear) => rule switch
    {
        LossRule.Proof => new(rise, rise, Raise.ToLimit),
        LossRule.Own => new(rise, isNear ? rise : 0, Raise.No),
        LossRule.WhileNear => isNear ? new(rise, rise, Raise.No) : default,
        LossRule.Pressure => new(0, 0, Raise.ToPressure),
        LossRule.Consequence => new(rise, 0, Raise.No),
        _ => default,
    };
}
