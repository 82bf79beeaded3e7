using System.Text;
using TcpAgent.History;
using TcpAgent.Metrics;

namespace TcpAgent.Tests.History;

public class RecordedLabelsTests
{
    [Fact]
    public void WhatWasRenderedIsTakenApartAgain()
    {
        var random = new Random(3);
        for (var round = 0; round < 5_000; round++)
        {
            string Text() => string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => "a,=\"\\\nn :x"[random.Next(10)]));
            var (first, second) = (Text(), Text());
            var values = RecordedLabels.Values(Encoding.UTF8.GetString(Label.Render(("one", first), ("two", second))));
            Assert.Equal((first, second, 2), (values["one"], values["two"], values.Count));
        }
    }

    [Theory]
    [InlineData("::", "443", "[::]:443")]
    [InlineData("10.0.0.1", "443", "10.0.0.1:443")]
    [InlineData("fe80::1%eth0", "22", "[fe80::1]%eth0:22")]
    [InlineData("0.0.0.0%a:b", "22", "0.0.0.0%a:b:22")]
    public void AListenerIsNamedAsItsInstanceIs(string address, string port, string expected) =>
        Assert.Equal(expected, RecordedLabels.SubjectOf(Encoding.UTF8.GetString(Label.Render(("address", address), ("port", port)))));

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("x=\"")]
    [InlineData("x=\"\\")]
    [InlineData("=\"a\"")]
    public void TakingAnythingElseApartDoesNotThrow(string labels) => Assert.InRange(RecordedLabels.Values(labels).Count, 0, 1);
}
