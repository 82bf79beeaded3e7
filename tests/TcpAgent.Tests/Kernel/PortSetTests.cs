using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

public class PortSetTests
{
    static PortSet Parse(string text)
    {
        var set = new PortSet();
        Assert.True(set.TryParse(Encoding.ASCII.GetBytes(text)), text);
        return set;
    }

    [Theory]
    [InlineData("\n", 0)]
    [InlineData("", 0)]
    [InlineData("8080\n", 1)]
    [InlineData("8080,9000-9010\n", 12)]
    [InlineData("0-65535\n", 65536)]
    [InlineData("63,64,127-128,65535\n", 5)]
    public void AListIsCounted(string text, int count) => Assert.Equal(count, Parse(text).CountWithin(0, ushort.MaxValue));

    [Theory]
    [InlineData(9000, 9010, 11)]
    [InlineData(9001, 9009, 9)]
    [InlineData(9010, 9010, 1)]
    [InlineData(9011, 65535, 0)]
    [InlineData(0, 8999, 1)]
    public void OnlyPortsWithinARangeCount(int low, int high, int count) => Assert.Equal(count, Parse("8080,9000-9010\n").CountWithin(low, high));

    [Theory]
    [InlineData("8080,")]
    [InlineData(",8080")]
    [InlineData("x")]
    [InlineData("9010-9000")]
    [InlineData("65536")]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData("1 2")]
    public void AnythingElseIsRefusedAndLeavesNothing(string text)
    {
        var set = Parse("1-100\n");
        Assert.False(set.TryParse(Encoding.ASCII.GetBytes(text)));
        Assert.Equal(0, set.CountWithin(0, ushort.MaxValue));
    }

    [Fact]
    public void NoTextMakesItThrowAndWhatItTakesIsWhatASimpleReaderTakes()
    {
        var random = new Random(7);
        var set = new PortSet();
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => "0123456789,,--\n"[random.Next(15)]));
            if (!set.TryParse(Encoding.ASCII.GetBytes(text)))
                continue;
            var expected = new HashSet<int>();
            foreach (var part in text.TrimEnd('\n').Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                var ends = part.Split('-').Select(int.Parse).ToArray();
                expected.UnionWith(Enumerable.Range(ends[0], ends[^1] - ends[0] + 1));
            }
            Assert.Equal(expected.Count, set.CountWithin(0, ushort.MaxValue));
            Assert.All(expected, port => Assert.True(set.Contains(port)));
        }
    }
}
