namespace TcpAgent.Tests.Cli;

/// <summary>A typing mistake is answered by what was probably meant, and what is in force can be seen.</summary>
[Collection("console")]
public class MistakeTests
{
    [Theory]
    [InlineData("unknown flag '--web.listen-adress': is '--web.listen-address' meant?", "--web.listen-adress=:1")]
    [InlineData("unknown flag '--jsn': is '--json' meant?", "history", "--jsn")]
    [InlineData("unknown flag '--log.levl': is '--log.level' meant?", "history", "--log.levl=debug")]
    [InlineData("unknown verb 'wyh': is 'why' meant?", "wyh")]
    [InlineData("unknown verb 'histroy': is 'history' meant?", "help", "histroy")]
    public void AMistakeInANameSaysWhatWasMeant(string message, params string[] args)
    {
        var (exit, output, error) = CommandLineTests.Run(args);
        Assert.NotEqual(0, exit);
        Assert.Equal(("", $"tcp-agent: error: {message}\n"), (output, error));
    }

    [Fact]
    public void AVariableThatIsNoFlagsIsWarnedOfUnlessKubernetesSetsIt()
    {
        string[] names = ["TCPAGENT_SAMPLE_INTERVL", "TCPAGENT_SERVICE_HOST", "TCPAGENT_PORT_10793_TCP_ADDR", "TCPAGENT_SINCE"];
        try
        {
            foreach (var name in names)
                Environment.SetEnvironmentVariable(name, "-1m");
            var (exit, _, error) = CommandLineTests.Run("version");
            Assert.Equal(
                (0, "tcp-agent: warning: TCPAGENT_SAMPLE_INTERVL is set, but no flag has that variable: is TCPAGENT_SAMPLE_INTERVAL "
                    + "meant?\n"),
                (exit, error));
        }
        finally
        {
            foreach (var name in names)
                Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Fact]
    public void CheckConfigPrintsEachValueInForceAndItsOrigin()
    {
        const string Name = "TCPAGENT_HISTORY_SPAN";
        try
        {
            Environment.SetEnvironmentVariable(Name, "30m");
            var (exit, output, _) = CommandLineTests.Run("check-config", "--sample.interval=500ms", "--no-collector.udp");
            Assert.Equal(0, exit);
            string[] rows =
                [.. output.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
            Assert.Contains("--sample.interval 500ms flag", rows);
            Assert.Contains($"--history.span 30m {Name}", rows);
            Assert.Contains("--web.listen-address :10793 default", rows);
            Assert.Contains("--web.config.file - default", rows);
            Assert.Contains("--no-collector.udp true flag", rows);
            Assert.DoesNotContain(rows, row => row.StartsWith("--no-collector.unix", StringComparison.Ordinal));
        }
        finally
        {
            Environment.SetEnvironmentVariable(Name, null);
        }
    }
}
