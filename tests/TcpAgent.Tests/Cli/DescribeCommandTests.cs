using System.Text.Json;
using TcpAgent.Cli;

namespace TcpAgent.Tests.Cli;

[Collection("console")]
public class DescribeCommandTests
{
    static string[] Described(string output) =>
        [.. output.Split('\n').Where(line => line.Length > 0 && line[0] != ' ').Select(line => line.Split(' ', '{')[0])];

    [Theory]
    [InlineData("tcpagent_tcp_sockets", "tcpagent_tcp_sockets")]
    [InlineData("ListenOverflows", "tcpagent_tcp_listen_overflows_total", "tcpagent_namespace_listen_overflows_total")]
    [InlineData("walk_ag", "tcpagent_walk_age_seconds")]
    [InlineData("SYNCOOKIESSENT", "tcpagent_tcp_syncookies_sent_total", "tcpagent_namespace_syncookies_sent_total")]
    public void ANameAPartOfItOrTheKernelsNameSelects(string name, params string[] expected)
    {
        var (exit, output, _) = CommandLineTests.Run("describe", name);
        Assert.Equal(0, exit);
        Assert.Equal(expected, Described(output));
    }

    [Fact]
    public void ASourceSelectsItsMetricsAndAPrefixThoseThatBeginWithIt()
    {
        var all = DescribeCommand.Metrics();
        var (_, output, _) = CommandLineTests.Run("describe", "nfqueue");
        Assert.Subset(
            Described(output).ToHashSet(), all.Where(metric => metric.Source == "nfqueue").Select(metric => metric.Row.Name).ToHashSet());
        (_, output, _) = CommandLineTests.Run("describe", "tcpagent_conntrack");
        Assert.Equal(
            all.Select(metric => metric.Row.Name).Where(name => name.Contains("tcpagent_conntrack", StringComparison.Ordinal)),
            Described(output));
        Assert.Equal(all.Count, Described(CommandLineTests.Run("describe").Output).Length);
    }

    [Fact]
    public void JsonHasTheSame()
    {
        var (exit, output, _) = CommandLineTests.Run("describe", "--json", "tcpagent_listener_accept_queue_length");
        Assert.Equal(0, exit);
        var metric = JsonDocument.Parse(output).RootElement.GetProperty("metrics").EnumerateArray().Single();
        Assert.Equal("tcpagent_listener_accept_queue_length", metric.GetProperty("name").GetString());
        Assert.Equal("gauge", metric.GetProperty("type").GetString());
        Assert.Equal(["address", "port"], metric.GetProperty("labels").EnumerateArray().Select(label => label.GetString()));
        Assert.Equal("inet_diag rqueue", metric.GetProperty("kernel").GetString());
    }

    [Theory]
    [InlineData("tcpagent_tcp_socket_peak", ": is 'tcpagent_tcp_sockets_peak' meant?")]
    [InlineData("frobnicate", "; tcp-agent describe lists all")]
    public void ANameThatMatchesNothingIsAnError(string name, string hint)
    {
        var (exit, output, error) = CommandLineTests.Run("describe", name);
        Assert.Equal((1, "", $"tcp-agent: error: no metric matches '{name}'{hint}\n"), (exit, output, error));
    }
}
