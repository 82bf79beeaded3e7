using System.Net;
using System.Net.Sockets;

namespace TcpAgent.Tests.Cli;

/// <summary>What the daemon says when it cannot start, and when it does.</summary>
[Collection("console")]
public class ServeCommandTests
{
    static string[] Arguments(int port, params string[] more) =>
        ["serve", $"--web.listen-address=127.0.0.1:{port}", $"--path.procfs={Fixtures.Proc("linux-6.18")}",
            $"--path.sysfs={Fixtures.Sys("linux-6.18")}", "--log.format=logfmt", .. more];

    [Theory]
    [InlineData("info", false)]
    [InlineData("debug", true)]
    public void APortInUseIsOneSentenceAndItsStackTraceIsForDebugging(string level, bool hasTrace)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var (exit, output, error) = CommandLineTests.Run(Arguments(port, $"--log.level={level}"));
        Assert.Equal((1, ""), (exit, output));
        Assert.Contains(
            $"127.0.0.1:{port}: address already in use. Choose another with --web.listen-address.", error, StringComparison.Ordinal);
        Assert.Equal(hasTrace, error.Contains(" at Microsoft.", StringComparison.Ordinal));
        Assert.DoesNotContain("level=error", hasTrace ? "" : error, StringComparison.Ordinal);
    }

    [Fact]
    public void TheFirstLineHasTheSourcesOnce()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        Environment.SetEnvironmentVariable("TCPAGENT_LOG_LEVL", "debug");
        try
        {
            var (_, _, error) = CommandLineTests.Run(
                Arguments(((IPEndPoint)other.LocalEndpoint).Port, "--history.file=/nonexistent/h.ring", "--history.span=2h"));
            var lines = error.Split('\n');
            var start = lines.Single(line => line.Contains("Starting tcp-agent", StringComparison.Ordinal));
            Assert.Equal(2, start.Split("conntrack").Length);
            Assert.InRange(start.Length, 100, 500);
            Assert.Contains(lines, line => line.Contains("History of the last 2h is kept in", StringComparison.Ordinal));
            var warning = Assert.Single(lines, line => line.Contains("TCPAGENT_LOG_LEVL", StringComparison.Ordinal));
            Assert.Contains(" level=warn ", warning, StringComparison.Ordinal);
            Assert.Contains(": is TCPAGENT_LOG_LEVEL meant?\" variable=TCPAGENT_LOG_LEVL", warning, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("TCPAGENT_LOG_LEVL", null);
        }
    }
}
