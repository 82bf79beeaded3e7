using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

public class NegotiationTests
{
    const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    const string Text = "text/plain; version=0.0.4; charset=utf-8";

    [Theory]
    // What Prometheus 2.42 sends, what 3.x sends, and what 3.x sends when told to prefer text.
    [InlineData(
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", OpenMetrics)]
    [InlineData(
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
        + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2", OpenMetrics + "; escaping=allow-utf-8")]
    [InlineData(
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,"
        + "application/openmetrics-text;version=1.0.0;q=0.4,*/*;q=0.2", Text)]
    [InlineData(
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,"
        + "text/plain;version=0.0.4;q=0.3", Text)]
    [InlineData("application/openmetrics-text", OpenMetrics)]
    [InlineData("application/openmetrics-text; version=\"1.0.0\"", OpenMetrics)]
    [InlineData("application/openmetrics-text;version=0.0.1", Text)]
    [InlineData("application/openmetrics-text;version=2.0.0,text/plain;q=0.1", Text)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0,text/plain;q=0.1", Text)]
    [InlineData("application/openmetrics-text;version=1.0.0;escaping=nonsense", OpenMetrics)]
    [InlineData("APPLICATION/OPENMETRICS-TEXT;VERSION=1.0.0;q=0.9 , text/plain;q=0.8", OpenMetrics)]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8", Text)]
    [InlineData("*/*", Text)]
    [InlineData("", Text)]
    [InlineData("image/png", Text)]
    [InlineData(";;;,,,q=,\"", Text)]
    [InlineData("text/plain;q=abc", Text)]
    public void TheHighestQualityThatCanBeServedWins(string accept, string contentType) =>
        Assert.Equal(contentType, Negotiation.For(accept).ContentType);

    [Fact]
    public void ARequestWithoutAcceptGetsText() => Assert.Equal(Text, Negotiation.For(default).ContentType);

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("gzip;q=0.1, identity", true)]
    [InlineData("deflate, *", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("gzip;q=0, *", false)]
    [InlineData("identity", false)]
    [InlineData("zstd, br", false)]
    [InlineData("", false)]
    [InlineData("\0", false)]
    public void GzipIsSentOnlyWhereItIsAccepted(string acceptEncoding, bool gzip) =>
        Assert.Equal(gzip, Negotiation.AcceptsGzip(acceptEncoding));

    [Fact]
    public void RandomHeadersNeverThrow()
    {
        var random = new Random(2718);
        var pieces =
            new[] { "text/plain", "application/openmetrics-text", ";", ",", "q=", "version=", "1.0.0", "0.5", "\"", "*/*", " ", "=", "\t",
                "gzip", "\u00e9" };
        for (var i = 0; i < 20_000; i++)
        {
            var header = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            Assert.Contains("version=", Negotiation.For(header).ContentType, StringComparison.Ordinal);
            Negotiation.AcceptsGzip(header);
        }
    }
}
