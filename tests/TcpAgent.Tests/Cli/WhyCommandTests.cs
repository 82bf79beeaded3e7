using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json;
using TcpAgent.Cli;
using TcpAgent.Kernel;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Cli;

/// <summary>why, as it is called: whom it asks, what it says if nobody answers, and how it ends.</summary>
[Collection("console")]
[Trait("Category", "live")]
public sealed class WhyCommandTests : IDisposable
{
    static readonly AgentOptions s_host = new() { ListenAddresses = [new IPEndPoint(IPAddress.Loopback, 9)], QuerySocket = "none" };

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tcp-agent-why-");

    string At => Path.Combine(_folder.FullName, "query.sock");

    public void Dispose() => _folder.Delete(recursive: true);

    static string OwnNamespace => NamespaceInstance.Of(KernelRoot.At("/proc", "/sys"))!.Inode;

    static string Document(string networkNamespace) => $$"""
        {"version":1,"time":"2026-11-30T22:12:14Z","network_namespace":"{{networkNamespace}}","watched_seconds":60,"verdict":"near"}
        """;

    static async Task<(int Exit, string Output, string Error)> Run(
        AgentOptions options, WhyOptions why, Stream? to = null, CancellationToken stop = default)
    {
        var error = Console.Error;
        using var newError = new StringWriter();
        using var output = new MemoryStream();
        try
        {
            Console.SetError(newError);
            var exit = await WhyCommand.Run(options, why, to ?? output, static () => false, stop);
            return (exit, Encoding.UTF8.GetString(output.ToArray()), newError.ToString());
        }
        finally
        {
            Console.SetError(error);
        }
    }

    static void AssertWatched(string output)
    {
        using var document = JsonDocument.Parse(output);
        Assert.InRange(document.RootElement.GetProperty("watched_seconds").GetDouble(), 0, 10);
    }

    /// <summary>One document for both, of the same second.</summary>
    [Fact]
    public async Task TheAgentsAnswerIsTheOneOfItsApi()
    {
        await using var agent = await RunningAgent.Start("/proc", "/sys", querySocket: At);
        var options = s_host with { QuerySocket = At };
        for (var i = 0; ; i++)
        {
            var before = await agent.Client.GetStringAsync("/api/v1/why");
            var (exit, output, error) = await Run(options, new WhyOptions { IsJson = true });
            Assert.Equal("", error);
            if (before + "\n" != output && i < 50)
                continue;
            Assert.Equal(before + "\n", output);
            var text = await Run(options, new WhyOptions());
            Assert.Matches(@"\A(OK|NEAR A LIMIT|LIMITING|CANNOT TELL): .*\(agent's last [\d.]+ s", text.Output.ReplaceLineEndings(" "));
            break;
        }
    }

    [Fact]
    public async Task WithoutASocketItAsksTheAgentOverLoopback()
    {
        await using var agent = await RunningAgent.Start("/proc", "/sys");
        var (_, output, error) = await Run(
            s_host with { ListenAddresses = [new IPEndPoint(IPAddress.IPv6Any, agent.Address.Port)] }, new WhyOptions());
        Assert.Equal("", error);
        Assert.Contains("agent's last", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAnswerNeedsNoTimeAndGivesTheExitCode()
    {
        using var agent = FakeAgent.Of(200, Document(OwnNamespace));
        var (exit, output, error) = await Run(s_host with { QuerySocket = agent.Path }, new WhyOptions { IsJson = true });
        Assert.Equal((1, Document(OwnNamespace) + "\n", ""), (exit, output, error));
    }

    [Theory]
    [InlineData(200, "another", "watches another network namespace (4711; this is ")]
    [InlineData(200, "older", "cannot say which network namespace it watches")]
    [InlineData(200, "nothing", "what answers at {0} is no tcp-agent of this version")]
    [InlineData(503, "The sampler is stuck: its last sample is too old.\n", "has no current sample (The sampler is stuck: its last sample")]
    [InlineData(401, "Unauthorized", "wants credentials")]
    [InlineData(404, "Not found", "is no tcp-agent")]
    public async Task AnAnswerThatIsNotOfThisHostNowIsNotUsedWithoutAWord(int status, string body, string problem)
    {
        using var agent = FakeAgent.Of(status, body switch
        {
            "another" => Document("4711"),
            "older" => Document("").Replace("network_namespace", "_", StringComparison.Ordinal),
            _ => body,
        });
        var (_, output, error) = await Run(s_host with { QuerySocket = agent.Path }, new WhyOptions { IsJson = true });
        Assert.Contains(problem.Replace("{0}", agent.Path, StringComparison.Ordinal), error, StringComparison.Ordinal);
        Assert.Contains(agent.Path, error, StringComparison.Ordinal);
        Assert.EndsWith(": watching 3s from here, short bursts may be missed\n", error, StringComparison.Ordinal);
        AssertWatched(output);
    }

    [Fact]
    public async Task ASilentAgentIsNotWaitedFor()
    {
        using var agent = new FakeAgent(null);
        var (_, output, error) = await Run(s_host with { QuerySocket = agent.Path }, new WhyOptions { IsJson = true });
        Assert.StartsWith($"tcp-agent: the agent at {agent.Path} does not answer: watching 3s", error, StringComparison.Ordinal);
        AssertWatched(output);
    }

    [Fact]
    public async Task WhereNoAgentIsItSaysThatBurstsMayBeMissed()
    {
        var (_, _, error) = await Run(s_host with { QuerySocket = At }, new WhyOptions());
        Assert.Equal("tcp-agent: no agent answers at 127.0.0.1:9: watching 3s from here, short bursts may be missed\n", error);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, 500)]
    public async Task WhoAsksForAWatchGetsOne(bool isLocal, int? milliseconds)
    {
        using var agent = FakeAgent.Of(200, Document(OwnNamespace));
        var why = new WhyOptions
        {
            IsJson = true,
            IsLocal = isLocal,
            Duration = milliseconds is { } time ? TimeSpan.FromMilliseconds(time) : null,
        };
        var (_, output, error) = await Run(s_host with { QuerySocket = agent.Path }, why);
        Assert.Equal("", error);
        AssertWatched(output);
    }

    /// <summary>The agent knows only its own host.</summary>
    [Fact]
    public async Task ACopyOfProcIsNotWhatTheAgentIsAskedAbout()
    {
        using var agent = FakeAgent.Of(200, Document(OwnNamespace));
        var options = s_host with
        {
            QuerySocket = agent.Path,
            ProcFs = Fixtures.Proc("linux-6.18"),
            SysFs = Fixtures.Sys("linux-6.18"),
        };
        var (_, output, error) = await Run(options, new WhyOptions { IsJson = true });
        Assert.Equal("", error);
        Assert.Contains("\"network_namespace\":null", output, StringComparison.Ordinal);
    }

    /// <summary>Ctrl-C asks for the answer; it does not cancel it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ACancelledWatchEndsWithItsVerdictSoFar(bool isLive)
    {
        using var stop = new CancellationTokenSource();
        stop.CancelAfter(TimeSpan.FromMilliseconds(100));
        var why = new WhyOptions { IsJson = !isLive, IsLocal = true, IsLive = isLive, Duration = TimeSpan.FromHours(1) };
        var (exit, output, _) = await Run(s_host, why, stop: stop.Token);
        Assert.InRange(exit, 0, 3);
        if (isLive)
            Assert.Matches(@"\A(OK|NEAR A LIMIT|LIMITING|CANNOT TELL): ", output);
        else
            AssertWatched(output);
    }

    /// <summary>Not a terminal: one line for the first verdict, and since nothing changes only the answer after that.</summary>
    [Fact]
    public async Task ALiveViewInAFileIsALineForEachChangeAndTheAnswer()
    {
        using var agent = FakeAgent.Of(200, Document(OwnNamespace));
        using var stop = new CancellationTokenSource();
        var running = Run(s_host with { QuerySocket = agent.Path }, new WhyOptions { IsLive = true }, stop: stop.Token);
        for (var i = 0; agent.Answered < 3 && i < 300; i++)
            await Task.Delay(100);
        await stop.CancelAsync();
        var (exit, output, _) = await running;
        Assert.Equal(1, exit);
        Assert.True(agent.Answered >= 3);
        var lines = output.Split('\n');
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d NEAR A LIMIT: ", lines[0]);
        Assert.StartsWith("NEAR A LIMIT: ", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain('\e', output);
    }

    /// <summary>The agent is stopped while somebody looks: the view goes on, from here.</summary>
    [Fact]
    public async Task ALiveViewOutlivesItsAgent()
    {
        using var stop = new CancellationTokenSource();
        var pipe = new Pipe();
        using var lines = new StreamReader(pipe.Reader.AsStream());
        Task<(int Exit, string Output, string Error)> running;
        using (var agent = FakeAgent.Of(200, Document(OwnNamespace)))
        {
            running = Run(s_host with { QuerySocket = agent.Path }, new WhyOptions { IsLive = true }, pipe.Writer.AsStream(), stop.Token);
            Assert.Contains("(agent's last 60 s", await lines.ReadLineAsync(), StringComparison.Ordinal);
        }
        Assert.Contains(
            "(watched ", await lines.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30)),
            StringComparison.Ordinal);
        await stop.CancelAsync();
        Assert.InRange((await running).Exit, 0, 3);
    }
}
