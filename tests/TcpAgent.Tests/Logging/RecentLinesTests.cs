using Serilog;
using TcpAgent.Logging;

namespace TcpAgent.Tests.Logging;

public class RecentLinesTests
{
    [Fact]
    public void TheLastLinesAreKeptAndLongOnesAreCut()
    {
        var recent = new RecentLines();
        using var logger = new LoggerConfiguration().WriteTo.Sink(recent).CreateLogger();
        Assert.Empty(recent.Read());
        for (var i = 1; i <= RecentLines.Most + 50; i++)
            logger.Information("line {Number}", i);
        var lines = recent.Read();
        Assert.Equal(RecentLines.Most, lines.Length);
        Assert.EndsWith(" level=info msg=\"line 51\" number=51", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(" number=250", lines[^1], StringComparison.Ordinal);

        logger.Error(new InvalidOperationException(new string('x', 100_000)), "broken");
        Assert.InRange(recent.Read()[^1].Length, 1000, 2100);
    }
}
