using System.Net;
using System.Net.Sockets;
using Serilog.Events;
using TcpAgent.Cli;
using TcpAgent.Logging;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Support;

/// <summary>serve, as it is shipped, in this process on a port of its own.</summary>
sealed class RunningAgent : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly Task<int> _running;

    RunningAgent(AgentOptions options)
    {
        Address = new Uri($"http://127.0.0.1:{options.ListenAddresses[0].Port}");
        Client = new HttpClient { BaseAddress = Address };
        _running = Task.Run(() => ServeCommand.Run(options, _stop.Token));
    }

    internal Uri Address { get; }

    internal HttpClient Client { get; }

    internal static async Task<RunningAgent> Start(string procFs, string sysFs, int maxRequests = 40, string? historyFile = null)
    {
        var options = new AgentOptions(
            [new IPEndPoint(IPAddress.Loopback, FreePort())], SystemdSocket: false, "/metrics", maxRequests, procFs, sysFs,
            SamplingOptions.Default with { Interval = TimeSpan.FromMilliseconds(100) }, LogEventLevel.Fatal, LogFormat.Logfmt, historyFile,
            TimeSpan.FromMinutes(1));
        var agent = new RunningAgent(options);
        for (var i = 0; i < 200; i++)
        {
            try
            {
                if ((await agent.Client.GetAsync("/-/ready")).IsSuccessStatusCode)
                    return agent;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(50);
        }
        throw new TimeoutException("the agent did not become ready");
    }

    internal static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _stop.CancelAsync();
        Assert.Equal(0, await _running);
        _stop.Dispose();
    }
}
