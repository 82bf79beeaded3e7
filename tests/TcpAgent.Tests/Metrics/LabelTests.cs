using System.Text;
using TcpAgent.Metrics;

namespace TcpAgent.Tests.Metrics;

public class LabelTests
{
    [Theory]
    [InlineData("eth0", "device=\"eth0\"")]
    [InlineData("", "device=\"\"")]
    [InlineData("a\"b", "device=\"a\\\"b\"")]
    [InlineData("a\\b", "device=\"a\\\\b\"")]
    [InlineData("a\nb", "device=\"a\\nb\"")]
    [InlineData("\\\"\n", "device=\"\\\\\\\"\\n\"")]
    [InlineData("\\n", "device=\"\\\\n\"")]
    public void QuotesBackslashesAndNewlinesAreEscaped(string value, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(Label.Render(("device", value))));

    [Fact]
    public void SeveralLabelsAreJoinedByCommas() =>
        Assert.Equal("a=\"1\",b=\"x\\\"y\"", Encoding.UTF8.GetString(Label.Render(("a", "1"), ("b", "x\"y"))));

    [Fact]
    public void BytesThatAreNoUtf8StayAValidLabelAndTwoNamesTwo()
    {
        var text = Label.Render(("device", Label.Text([0xff, (byte)'a', 0xc3])));
        Assert.Equal("device=\"\\\\xffa\\\\xc3\"", new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text));
        Assert.NotEqual(text, Label.Render(("device", Label.Text([0xfe, (byte)'a', 0xc3]))));
    }
}
