namespace TcpAgent.Resources;

/// <summary>What a rise of a loss counter comes to.</summary>
/// <param name="Lost">Lost by the resource.</param>
/// <param name="Proven">Of these the ones that prove that its limit was reached.</param>
/// <param name="Raise">What the rise says of the use between two samples, whatever they saw.</param>
readonly record struct LossEffect(long Lost, long Proven, Raise Raise)
{
    /// <param name="rule">What the counter proves.</param>
    /// <param name="rise">Since the tick before, above 0.</param>
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
