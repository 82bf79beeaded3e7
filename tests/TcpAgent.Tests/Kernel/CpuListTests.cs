using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class CpuListTests
{
    [Theory]
    [InlineData("0\n", "0")]
    [InlineData("0-3\n", "0 1 2 3")]
    [InlineData("0,2-3\n", "0 2 3")]
    [InlineData("0-1,4,6-7", "0 1 4 6 7")]
    [InlineData("\n", "")]
    public void RangesAndSingleCpusAreListedInOrder(string text, string expected)
    {
        var ids = new int[8];
        var count = CpuList.Parse(Encoding.ASCII.GetBytes(text), ids);
        Assert.Equal(expected, string.Join(' ', ids.Take(count)));
    }

    [Theory]
    [InlineData("3-0\n")]
    [InlineData("-1\n")]
    [InlineData("0-\n")]
    [InlineData("0,,1\n")]
    [InlineData("0-3:2/4\n")]
    [InlineData("all\n")]
    [InlineData("0-8\n")]
    [InlineData("0-9223372036854775807\n")]
    [InlineData("9223372036854775807\n")]
    [InlineData("9223372036854775806-9223372036854775807\n")]
    [InlineData("4294967296\n")]
    public void WhatIsNoListOrDoesNotFitIsRefused(string text) =>
        Assert.Equal(-1, CpuList.Parse(Encoding.ASCII.GetBytes(text), new int[8]));

    [Fact]
    public void AListOfExactlyTheRoomFits() => Assert.Equal(8, CpuList.Parse("0-7\n"u8, new int[8]));

    [Fact]
    public void RandomTextNeverThrows()
    {
        const int seed = 20260801;
        var random = new Random(seed);
        var ids = new int[64];
        for (var i = 0; i < 20_000; i++)
        {
            var text = random.GetItems("0123456789,,--\n x".AsSpan(), random.Next(24));
            var exception = Record.Exception(() => CpuList.Parse(Encoding.ASCII.GetBytes(text), ids));
            Assert.True(exception is null, $"seed {seed}, round {i}, text {new string(text)}: {exception}");
        }
    }
}
