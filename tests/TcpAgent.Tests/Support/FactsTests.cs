using Xunit.Sdk;
using static TcpAgent.Tests.Support.Expected;

namespace TcpAgent.Tests.Support;

public class FactsTests
{
    static void Shows(Expected queue = default, Expected limit = default, string? mode = null, bool? isFull = null) =>
        new Facts("0.0.0.0:443").Is(queue, 3).Is(limit, null).Is(mode, "procfs").Is(isFull, false).Verify();

    [Fact]
    public void WhatIsAsExpectedPasses() => Shows(queue: 3, limit: Absent, mode: "procfs", isFull: false);

    [Fact]
    public void WhatIsNotNamedIsNotCompared() => Shows(queue: 3);

    [Theory]
    [InlineData(2, 128L, "0.0.0.0:443: queue is 3, expected 2; limit is absent, expected 128")]
    [InlineData(3, 128L, "0.0.0.0:443: limit is absent, expected 128")]
    [InlineData(null, null, "0.0.0.0:443: queue is 3, expected absent")]
    public void AFailureNamesEachFieldThatDiffers(int? queue, long? limit, string message) =>
        Assert.Equal(message, Assert.Throws<TrueException>(() => Shows(queue, limit)).Message);

    [Fact]
    public void TextsAndFlagsAreComparedToo() => Assert.Equal(
        "0.0.0.0:443: mode is \"procfs\", expected \"sock_diag\"; isFull is False, expected True",
        Assert.Throws<TrueException>(() => Shows(mode: "sock_diag", isFull: true)).Message);

    [Fact]
    public void ATestThatExpectsNothingFails() => Assert.Throws<TrueException>(() => Shows());
}
