namespace TcpAgent.Tests.Metrics;

/// <summary>The parser that checks the OpenMetrics format of every fixture set refuses what a strict scraper would refuse.</summary>
public class ParsedExpositionTests
{
    const string Good = "# TYPE a_seconds counter\n# UNIT a_seconds seconds\n# HELP a_seconds Time.\na_seconds_total 1.5\n"
        + "# TYPE b gauge\n# HELP b Size.\nb{x=\"1\"} 2\nb{x=\"2\"} -3\n# EOF\n";

    [Fact]
    public void WhatIsValidIsRead()
    {
        var families = ParsedExposition.OpenMetrics(Good);
        Assert.Equal(
            [("a_seconds", "counter", "seconds", 1), ("b", "gauge", null, 2)],
            families.Select(family => (family.Name, family.Type, family.Unit, family.Samples.Count)));
    }

    [Theory]
    [InlineData("# EOF\n", "")]
    [InlineData("a_seconds_total 1.5", "a_seconds 1.5")]
    [InlineData("a_seconds_total 1.5", "a_seconds_total -1.5")]
    [InlineData("a_seconds_total 1.5", "a_seconds_total ?")]
    [InlineData("UNIT a_seconds seconds", "UNIT a_seconds bytes")]
    [InlineData("# UNIT a_seconds seconds\n# HELP a_seconds Time.\n", "# HELP a_seconds Time.\n# UNIT a_seconds seconds\n")]
    [InlineData("# HELP b Size.\n", "")]
    [InlineData("# HELP b Size.\n", "# HELP c Size.\n")]
    [InlineData("b{x=\"2\"}", "b{x=\"1\"}")]
    [InlineData("b{x=\"2\"} -3\n", "b{x=\"2\"} -3\n# TYPE b gauge\n# HELP b Size.\nb{x=\"3\"} 1\n")]
    [InlineData("b gauge", "b untyped")]
    public void AnInvalidExpositionIsRefused(string part, string instead)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => ParsedExposition.OpenMetrics(Good.Replace(part, instead, StringComparison.Ordinal)));
    }
}
