using System.Net;
using System.Text;
using System.Text.Json;
using TcpAgent.Cli;
using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Cli;

/// <summary>peers, as it is called: whom it asks, what it prints and how it ends.</summary>
[Collection("console")]
[Trait("Category", "live")]
public class PeersCommandTests
{
    static readonly AgentOptions s_host = new() { ListenAddresses = [new IPEndPoint(IPAddress.Loopback, 9)], QuerySocket = "none" };

    static FakeAgent Agent(string member = "destinations") => FakeAgent.Of(200, $$"""
        {"version":1,"time":"2026-11-30T22:12:14Z","network_namespace":"{{NamespaceInstance.Of(KernelRoot.At("/proc", "/sys"))!.Inode}}",
        "watched_seconds":60,"verdict":"limiting","{{member}}":[{"destination":"10.0.0.2:80","syn_sent":7,"syn_unanswered":5}]}
        """);

    static async Task<(int Exit, string Output, string Error)> Run(AgentOptions options, PeersOptions peers)
    {
        var error = Console.Error;
        using var newError = new StringWriter();
        using var output = new MemoryStream();
        try
        {
            Console.SetError(newError);
            var exit = await PeersCommand.Run(options, peers, output, CancellationToken.None);
            return (exit, Encoding.UTF8.GetString(output.ToArray()), newError.ToString());
        }
        finally
        {
            Console.SetError(error);
        }
    }

    /// <summary>Whatever limits, the exit code is 0: it lists, it does not judge.</summary>
    [Fact]
    public async Task TheAgentsDestinationsNeedNoTime()
    {
        using var agent = Agent();
        var (exit, output, error) = await Run(s_host with { QuerySocket = agent.Path }, new PeersOptions());
        Assert.Equal((0, ""), (exit, error));
        Assert.StartsWith("1 destination (agent's last 60 s)\n", output, StringComparison.Ordinal);
        Assert.Contains("\n10.0.0.2:80 ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AsJsonTheyAreADocumentWithItsTime()
    {
        using var agent = Agent();
        var (exit, output, _) = await Run(s_host with { QuerySocket = agent.Path }, new PeersOptions { IsJson = true });
        Assert.Equal(0, exit);
        Assert.StartsWith(
            """{"version":1,"time":"2026-11-30T22:12:14.000Z","destinations":[{"destination":"10.0.0.2:80","connections":null,""",
            output, StringComparison.Ordinal);
        Assert.Contains("\"syn_sent\":7,\"syn_unanswered\":5,", output, StringComparison.Ordinal);
        Assert.EndsWith("}]}\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, 500)]
    public async Task WhoAsksForAWatchGetsOne(bool isLocal, int? milliseconds)
    {
        using var agent = Agent();
        var peers = new PeersOptions
        {
            IsJson = true,
            IsLocal = isLocal,
            Duration = milliseconds is { } time ? TimeSpan.FromMilliseconds(time) : null,
        };
        var (exit, output, error) = await Run(s_host with { QuerySocket = agent.Path }, peers);
        Assert.Equal((0, "", 0), (exit, error, agent.Answered));
        using var document = JsonDocument.Parse(output);
        var sampled = document.RootElement.GetProperty("time").GetDateTimeOffset();
        Assert.InRange(sampled, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
    }

    /// <summary>Its silence about them must not pass for an idle host.</summary>
    [Fact]
    public async Task AnAgentThatDoesNotKnowThemIsReplacedByAWatch()
    {
        using var agent = Agent(member: "news");
        var (exit, output, error) = await Run(s_host with { QuerySocket = agent.Path }, new PeersOptions());
        Assert.Equal(0, exit);
        Assert.Equal($"tcp-agent: the agent at {agent.Path} is older and knows no destinations: watching from here\n", error);
        Assert.Contains("(watched ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhereNoAgentIsItWatchesAndSaysSo()
    {
        var (exit, output, error) = await Run(s_host, new PeersOptions());
        Assert.Equal(0, exit);
        Assert.Equal("tcp-agent: no agent answers at 127.0.0.1:9: watching 3s from here, short bursts may be missed\n", error);
        Assert.Contains("(watched ", output, StringComparison.Ordinal);
    }
}
