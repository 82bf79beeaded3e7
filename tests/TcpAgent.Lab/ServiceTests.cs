using System.Net;
using System.Net.Sockets;
using System.Text;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab;

/// <summary>The agent as a service: what it tells the supervisor on a real notify socket, from start to stop.</summary>
public class ServiceTests
{
    [SkippableFact]
    public async Task TheSupervisorIsToldReadyWatchdogReloadAndStop()
    {
        var path = Path.Combine(Path.GetTempPath(), $"notify-{Guid.NewGuid():N}");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        var said = new List<string>();
        _ = Task.Run(() =>
        {
            var buffer = new byte[4096];
            while (true)
            {
                var n = socket.Receive(buffer);
                lock (said)
                    said.Add(Encoding.UTF8.GetString(buffer, 0, n));
            }
        });
        string All()
        {
            lock (said)
                return string.Join("\n--\n", said);
        }
        Task Said(string text) => Eventually.Holds(
            () => Task.FromResult(All().Contains(text, StringComparison.Ordinal)), TimeSpan.FromSeconds(20), () => $"'{text}' in:\n{All()}");

        try
        {
            await using var agent = AgentProgram.Serve(Ports.Free(), new Dictionary<string, string>
            {
                ["NOTIFY_SOCKET"] = path,
                ["WATCHDOG_USEC"] = "1500000",
            });
            await Said("READY=1\nSTATUS=sampling");
            await Said("WATCHDOG=1");

            // Half a tick more than the unit's: it would kill an agent that is on time.
            await Said("WATCHDOG_USEC=3000000");
            await agent.Signal("HUP");
            await Said("RELOADING=1\nMONOTONIC_USEC=");
            await Eventually.Holds(
                () => Task.FromResult(All().Split("READY=1").Length == 3), TimeSpan.FromSeconds(10), () => $"a second READY in:\n{All()}");
            Assert.False(agent.HasExited);

            // A stopped process completes no tick, so the watchdog must fall silent; continued, it speaks again.
            await agent.Signal("STOP");
            await Task.Delay(300);
            var before = All().Split("WATCHDOG=1").Length;
            await Task.Delay(2500);
            Assert.Equal(before, All().Split("WATCHDOG=1").Length);
            await agent.Signal("CONT");
            await Eventually.Holds(
                () => Task.FromResult(All().Split("WATCHDOG=1").Length > before), TimeSpan.FromSeconds(10), All);

            await agent.Signal("TERM");
            Assert.Equal(0, await agent.Exited(TimeSpan.FromSeconds(10)));
            await Said("STOPPING=1");
            Assert.Contains("Samples are being skipped", agent.Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
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
    public async Task AnAddressThatCannotBeHadIsSaidInOneLine(string address, string why)
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
    public async Task AnAddressInUseIsSaidInOneLine()
    {
        var port = Ports.Free();
        await using var first = AgentProgram.Serve(port);
        using var client = new HttpClient();
        await Eventually.Holds(() => Answers(client, port), TimeSpan.FromSeconds(20), () => first.Output);
        await using var second = AgentProgram.Serve(port, null, "--log.level=error");
        Assert.Equal(1, await second.Exited(TimeSpan.FromSeconds(20)));
        Assert.Contains($"127.0.0.1:{port}", second.Output, StringComparison.Ordinal);
        Assert.Contains("--web.listen-address", second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
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

    static async Task<bool> Answers(HttpClient client, int port)
    {
        try
        {
            return (await client.GetAsync($"http://127.0.0.1:{port}/-/ready")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
