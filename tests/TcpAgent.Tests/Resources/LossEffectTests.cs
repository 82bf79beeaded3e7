using TcpAgent.Resources;

namespace TcpAgent.Tests.Resources;

/// <summary>The loss rule as a table: what a rise of 7 means near the limit and far from it.</summary>
public class LossEffectTests
{
    [Theory]
    [InlineData(nameof(LossRule.Proof), false, 7, 7, nameof(Raise.ToLimit))]
    [InlineData(nameof(LossRule.Proof), true, 7, 7, nameof(Raise.ToLimit))]
    [InlineData(nameof(LossRule.Own), false, 7, 0, nameof(Raise.No))]
    [InlineData(nameof(LossRule.Own), true, 7, 7, nameof(Raise.No))]
    [InlineData(nameof(LossRule.WhileNear), false, 0, 0, nameof(Raise.No))]
    [InlineData(nameof(LossRule.WhileNear), true, 7, 7, nameof(Raise.No))]
    [InlineData(nameof(LossRule.Pressure), false, 0, 0, nameof(Raise.ToPressure))]
    [InlineData(nameof(LossRule.Pressure), true, 0, 0, nameof(Raise.ToPressure))]
    [InlineData(nameof(LossRule.Consequence), false, 7, 0, nameof(Raise.No))]
    [InlineData(nameof(LossRule.Consequence), true, 7, 0, nameof(Raise.No))]
    [InlineData(nameof(LossRule.None), false, 0, 0, nameof(Raise.No))]
    [InlineData(nameof(LossRule.None), true, 0, 0, nameof(Raise.No))]
    public void ARiseComesTo(string rule, bool isNear, long lost, long proven, string raise) =>
        Assert.Equal(new LossEffect(lost, proven, Enum.Parse<Raise>(raise)), LossEffect.Of(Enum.Parse<LossRule>(rule), rise: 7, isNear));

    [Fact]
    public void EachRuleIsInTheTable()
    {
        var rows = typeof(LossEffectTests).GetMethod(nameof(ARiseComesTo))!.GetCustomAttributesData()
            .Where(attribute => attribute.AttributeType == typeof(InlineDataAttribute)).Count();
        Assert.Equal(2 * Enum.GetValues<LossRule>().Length, rows);
    }
}
