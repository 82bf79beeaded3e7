using TcpAgent.Cli;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Cli;

/// <summary>The command line as a user types it. Runs in order, because the console and the environment are one for all.</summary>
[Collection("console")]
public class CommandLineTests
{
    [Theory]
    [InlineData("unknown flag '--nope'", "--nope")]
    [InlineData("unknown flag '--collector.bogus'", "print", "--collector.bogus")]
    [InlineData("unknown verb 'frobnicate'", "frobnicate")]
    [InlineData("why does not take the argument 'now'", "why", "now")]
    [InlineData("--since is a flag of history, not of print", "print", "--since=-1m")]
    [InlineData("--since is a flag of history, not of serve", "--since=-1m")]
    [InlineData("--sample.interval: '1ms' is not a duration from 100ms to 1h", "--sample.interval=1ms")]
    [InlineData("--sample.interval: '2h' is not a duration from 100ms to 1h", "--sample.interval", "2h")]
    [InlineData("--sample.interval: given 2 times", "--sample.interval=1s", "--sample.interval=2s")]
    [InlineData("--sample.walk-budget: '0' is not", "--sample.walk-budget=0")]
    [InlineData("--sample.walk-budget: 'NaN' is not", "--sample.walk-budget=NaN")]
    [InlineData("--web.listen-address: 'example.org:80' is not", "--web.listen-address=example.org:80")]
    [InlineData("--web.listen-address: ':99999' is not", "--web.listen-address=:99999")]
    [InlineData("--web.listen-address: '[::1]' is not", "--web.listen-address=[::1]")]
    [InlineData("--web.telemetry-path: '/-/healthy' is not", "--web.telemetry-path=/-/healthy")]
    [InlineData("--web.telemetry-path: '/' is not", "--web.telemetry-path=/")]
    [InlineData("--web.max-requests: '-1' is not", "--web.max-requests=-1")]
    [InlineData("--path.procfs: '/nonexistent' is not an existing directory", "--path.procfs=/nonexistent")]
    [InlineData("--log.level: 'loud' is not one of debug, info, warn, error", "--log.level=loud")]
    [InlineData("--collector.snmp and --no-collector.snmp cannot both be given", "--collector.snmp", "--no-collector.snmp")]
    [InlineData("Required argument missing for option: '--web.listen-address'", "--web.listen-address")]
    [InlineData("--format: 'xml' is not one of text, openmetrics", "print", "--format=xml")]
    [InlineData("since: 'noon' is neither a clock time", "history", "--since=noon")]
    [InlineData("--json and --csv cannot both be given", "history", "--json", "--csv")]
    [InlineData("--for: '3' is not a duration from 500ms to 1h, such as 3s", "why", "--for=3")]
    [InlineData("--watch and --json cannot both be given", "why", "--watch", "--json")]
    [InlineData("--history.span: '3h' is not a duration from 1m to 2h", "--history.span=3h")]
    [InlineData("--samples: '0' is not a number from 1 to 100000", "print", "--samples=0")]
    public void AMistakeIsSaidOnStderrWithExitCode64(string message, params string[] args)
    {
        var (exit, output, error) = Run(args);
        Assert.Equal(64, exit);
        Assert.Equal("", output);
        Assert.StartsWith($"tcp-agent: error: {message}", error, StringComparison.Ordinal);
        Assert.EndsWith(", try --help\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public void ASocketsPathIsNoLongerThanASocketAddressHolds()
    {
        Assert.Equal($"/{new string('x', 106)}", Options($"--query.socket=/{new string('x', 106)}").QuerySocket);
        Assert.Equal(64, Run("print", $"--query.socket=/{new string('x', 107)}").Exit);
    }

    [Fact]
    public void TheEnvironmentStandsInForAFlagAndTheFlagWins()
    {
        const string Name = "TCPAGENT_SAMPLE_INTERVAL";
        try
        {
            Environment.SetEnvironmentVariable(Name, "bogus");
            var (exit, _, error) = Run("print");
            Assert.Equal(64, exit);
            Assert.StartsWith($"tcp-agent: error: {Name}: 'bogus' is not a duration", error, StringComparison.Ordinal);

            Environment.SetEnvironmentVariable(Name, "7s");
            Assert.Equal(TimeSpan.FromSeconds(7), Options().Sampling.Interval);
            Assert.Equal(TimeSpan.FromMilliseconds(250), Options("--sample.interval=250ms").Sampling.Interval);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Name, null);
        }
    }

    [Fact]
    public void AddressesAndSwitchesAreReadFromTheEnvironmentToo()
    {
        try
        {
            Environment.SetEnvironmentVariable("TCPAGENT_WEB_LISTEN_ADDRESS", "127.0.0.1:1,[::1]:2");
            Environment.SetEnvironmentVariable("TCPAGENT_NETSTAT_ALL", "true");
            Environment.SetEnvironmentVariable("TCPAGENT_NO_COLLECTOR_SNMP6", "1");
            var options = Options();
            Assert.Equal(["127.0.0.1:1", "[::1]:2"], options.ListenAddresses.Select(address => address.ToString()));
            Assert.True(options.Sampling.AllNetstatFields);
            Assert.False(options.Sampling.IsEnabled("snmp6"));
            Assert.True(options.Sampling.IsEnabled("snmp"));
        }
        finally
        {
            Environment.SetEnvironmentVariable("TCPAGENT_WEB_LISTEN_ADDRESS", null);
            Environment.SetEnvironmentVariable("TCPAGENT_NETSTAT_ALL", null);
            Environment.SetEnvironmentVariable("TCPAGENT_NO_COLLECTOR_SNMP6", null);
        }
    }

    [Fact]
    public void DefaultsAreThoseOfTheContract()
    {
        var options = Options();
        Assert.Equal("[::]:10793", options.ListenAddresses.Single().ToString());
        Assert.Equal("/metrics", options.TelemetryPath);
        Assert.Equal(40, options.MaxRequests);
        Assert.Equal(TimeSpan.FromSeconds(1), options.Sampling.Interval);
        Assert.Equal(0.01, options.Sampling.WalkBudget);
        Assert.Equal(TimeSpan.FromMinutes(1), options.Sampling.PeakWindow);
        Assert.Null(options.HistoryFile);
        Assert.Equal(TimeSpan.FromHours(1), options.HistorySpan);
        Assert.All(SourceList.Names, name => Assert.True(options.Sampling.IsEnabled(name)));
    }

    [Fact]
    public void TheHistoryIsInTheStateDirectoryWhereThereIsOne()
    {
        const string Name = "STATE_DIRECTORY";
        try
        {
            Environment.SetEnvironmentVariable(Name, "/var/lib/a:/var/lib/b");
            Assert.Equal("/var/lib/a/history.ring", Options().HistoryFile);
            Assert.Equal("/x", Options("--history.file=/x").HistoryFile);
            Assert.Null(Options("--history.file=none").HistoryFile);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Name, null);
        }
    }

    [Fact]
    public void AHistoryFileThatCannotBeReadIsSaidInOneLine()
    {
        var (exit, _, error) = Run("history", "--file=/nonexistent/history.ring", "--since", "-15m");
        Assert.Equal(1, exit);
        Assert.StartsWith("tcp-agent: error: /nonexistent/history.ring: ENOENT", error, StringComparison.Ordinal);
        Assert.Equal(error, Run("history", "--incidents", "--file=/nonexistent/history.ring").Error);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [SkippableFact]
    public void WithoutAServiceTheHistorySaysWhereOneWouldBe()
    {
        Skip.If(Directory.Exists("/var/lib/tcp-agent"), "this host has the service");
        var (exit, output, error) = Run("history", $"--web.listen-address=127.0.0.1:{Ports.Free()}");
        Assert.Equal((1, ""), (exit, output));
        Assert.StartsWith(
            "tcp-agent: error: no history at /var/lib/tcp-agent/history.ring, and no agent answers at 127.0.0.1:", error,
            StringComparison.Ordinal);
        Assert.EndsWith(
            "Is the service tcp-agent installed and running? An agent started by hand keeps a history only with --history.file\n", error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("print", "--version")]
    public void VersionGoesToStdout(params string[] args)
    {
        // A flag of the root only: after a verb it is unknown.
        var (exit, output, _) = Run(args);
        Assert.Equal(args.Length == 1 ? 0 : 64, exit);
        Assert.Equal(args.Length == 1, output.StartsWith("tcp-agent, version ", StringComparison.Ordinal));
    }

    internal static (int Exit, string Output, string Error) Run(params string[] args)
    {
        var (output, error) = (Console.Out, Console.Error);
        using var newOutput = new StringWriter();
        using var newError = new StringWriter();
        try
        {
            Console.SetOut(newOutput);
            Console.SetError(newError);
            var exit = CommandLine.Run(args);
            return (exit, newOutput.ToString(), newError.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }

    static AgentOptions Options(params string[] args)
    {
        var flags = AgentFlags.Create();
        var errors = new List<string>();
        var root = CommandLine.Create(flags, new("--version"));
        var options = flags.Read(root.Parse(args), errors);
        Assert.Empty(errors);
        return options;
    }
}
