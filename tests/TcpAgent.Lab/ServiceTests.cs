using System.Net;
using System.Net.Sockets;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab;

/// <summary>The agent as a service: what it tells the supervisor on a real notify socket, from start to stop.</summary>
[Trait("Category", "live")]
public class ServiceTests
{
    [SkippableFact]
    public async Task TheSupervisorHearsReadyWatchdogReloadAndStop()
    {
        using var supervisor = new NotifySocket();
        await using var agent = AgentProgram.Serve(Ports.Free(), new Dictionary<string, string>
        {
            ["NOTIFY_SOCKET"] = supervisor.Address,
            ["WATCHDOG_USEC"] = "1500000",
        });
        await supervisor.Hears("READY=1");
        await supervisor.Hears("WATCHDOG=1");
        await agent.Signal("HUP");
        await supervisor.Hears("READY=1", times: 2);
        Assert.False(agent.HasExited);

        // A stopped process completes no tick, so the watchdog must fall silent; continued, it speaks again.
        await agent.Signal("STOP");
        await Task.Delay(300);
        var before = supervisor.Count("WATCHDOG=1");
        await Task.Delay(2500);
        Assert.Equal(before, supervisor.Count("WATCHDOG=1"));
        await agent.Signal("CONT");
        await supervisor.Hears("WATCHDOG=1", times: before + 1);

        await agent.Signal("TERM");
        Assert.Equal(0, await agent.Exited(TimeSpan.FromSeconds(30)));
        await supervisor.Hears("STATUS=stopping");
        Assert.Contains("Samples are being skipped", agent.Output, StringComparison.Ordinal);

        // The unit's watchdog is half a tick too short: it would kill an agent that is on time.
        Assert.Collection(
            supervisor.Said.Where(said => said != "WATCHDOG=1"),
            said => Assert.Equal("WATCHDOG_USEC=3000000", said),
            said => Assert.StartsWith("STATUS=sampling ", said, StringComparison.Ordinal),
            said => Assert.Equal("READY=1", said),
            said => Assert.Matches(@"^RELOADING=1\nMONOTONIC_USEC=\d+$", said),
            said => Assert.Equal("READY=1", said),
            said => Assert.Equal("STOPPING=1", said),
            said => Assert.Equal("STATUS=stopping", said));
    }

    [SkippableFact]
    public async Task AStopBeforeTheFirstSampleIsOrderlyAndTheAgentIsNeverReady()
    {
        using var proc = new ProcCopy("linux-6.18");
        await proc.Hang("net/snmp");
        using var supervisor = new NotifySocket();
        var port = Ports.Free();
        await using var agent = AgentProgram.Serve(
            port, new Dictionary<string, string> { ["NOTIFY_SOCKET"] = supervisor.Address, ["WATCHDOG_USEC"] = "1500000" }, proc.Flag);
        using var client = new HttpClient();
        await Eventually.Holds(
            async () => await Status(client, port, "/-/healthy") == HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(20),
            () => agent.Output);
        await Task.Delay(1500);
        Assert.Empty(supervisor.Said);
        await agent.Signal("TERM");
        Assert.Equal(0, await agent.Exited(TimeSpan.FromSeconds(20)));
        await supervisor.Hears("STATUS=stopping");
        Assert.Equal(["STOPPING=1", "STATUS=stopping"], supervisor.Said);
        Assert.Contains("Stopping after 0 samples", agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("level=error", agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(" at TcpAgent.", agent.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ASupervisorThatCannotBeReachedIsLoggedAndTheAgentStillServes()
    {
        var address = "/" + new string('x', 200);
        var port = Ports.Free();
        await using var agent = AgentProgram.Serve(port, new Dictionary<string, string> { ["NOTIFY_SOCKET"] = address });
        using var client = new HttpClient();
        await Eventually.Holds(() => Answers(client, port), TimeSpan.FromSeconds(20), () => agent.Output);
        Assert.Contains($"systemd is not notified: NOTIFY_SOCKET={address} is longer", agent.Output, StringComparison.Ordinal);

        // As from a terminal.
        await agent.Signal("INT");
        Assert.Equal(0, await agent.Exited(TimeSpan.FromSeconds(20)));
    }

    [SkippableFact]
    public async Task AClientThatDoesNotReadDoesNotSpoilTheStop()
    {
        var port = Ports.Free();
        await using var agent = AgentProgram.Serve(port);
        using var client = new HttpClient();
        await Eventually.Holds(() => Answers(client, port), TimeSpan.FromSeconds(20), () => agent.Output);
        using var idle = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await idle.ConnectAsync(IPAddress.Loopback, port);
        for (var i = 0; i < 200; i++)
            await idle.SendAsync("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        await Task.Delay(500);
        await agent.Signal("TERM");
        Assert.Equal(0, await agent.Exited(TimeSpan.FromSeconds(20)));
    }

    [SkippableTheory]
    [InlineData("192.0.2.1", "Cannot assign requested address")]
    [InlineData("0.0.0.0", "Permission denied")]
    [Trait("Category", "root")]
    public async Task AnAddressThatCannotBeBoundIsReportedInOneLine(string address, string why)
    {
        // As nobody, to whom the ports below 1024 are closed.
        Require.Root();
        var (program, arguments) = AgentProgram.AsNobody("serve", $"--web.listen-address={address}:9");
        await using var agent = Child.Start(program, arguments);
        Assert.Equal(1, await agent.Exited(TimeSpan.FromSeconds(20)));
        Assert.Contains($"{address}:9: {why}", agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", agent.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task AnAddressInUseIsReportedInOneLine()
    {
        var port = Ports.Free();
        await using var first = AgentProgram.Serve(port);
        using var client = new HttpClient();
        await Eventually.Holds(() => Answers(client, port), TimeSpan.FromSeconds(20), () => first.Output);
        await using var second = AgentProgram.Serve(port, null, "--log.level=error");
        Assert.Equal(1, await second.Exited(TimeSpan.FromSeconds(20)));
        Assert.Contains($"127.0.0.1:{port}", second.Output, StringComparison.Ordinal);
        Assert.Contains("--web.listen-address", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Hosting failed", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(" at Microsoft.", second.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ASocketThatSystemdPassesIsServedAndNothingElse()
    {
        var activate = Require.Tool("systemd-socket-activate", "systemd");
        var (port, own) = (Ports.Free(), Ports.Free());
        var (program, arguments) = AgentProgram.Command("serve", "--web.systemd-socket", $"--web.listen-address=127.0.0.1:{own}");
        var environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! };
        await using var agent = Child.Start(activate, ["-l", $"127.0.0.1:{port}", program, .. arguments], environment);
        using var client = new HttpClient();
        await Eventually.Holds(() => Answers(client, port), TimeSpan.FromSeconds(20), () => agent.Output);
        Assert.Contains($"127.0.0.1:{port}", agent.Output, StringComparison.Ordinal);
        Assert.False(await Answers(client, own));
    }

    [SkippableFact]
    public async Task WithoutASocketFromSystemdTheAgentDoesNotListenElsewhere()
    {
        await using var agent = AgentProgram.Serve(Ports.Free(), null, "--web.systemd-socket");
        Assert.Equal(1, await agent.Exited(TimeSpan.FromSeconds(20)));
        Assert.Contains("tcp-agent.socket", agent.Output, StringComparison.Ordinal);
    }

    static async Task<bool> Answers(HttpClient client, int port) => await Status(client, port, "/-/ready") == HttpStatusCode.OK;

    /// <summary>Null while nobody is listening.</summary>
    static async Task<HttpStatusCode?> Status(HttpClient client, int port, string path)
    {
        try
        {
            return (await client.GetAsync($"http://127.0.0.1:{port}{path}")).StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
