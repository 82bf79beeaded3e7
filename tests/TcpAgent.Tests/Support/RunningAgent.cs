using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Serilog.Events;
using TcpAgent.Cli;
using TcpAgent.Logging;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Support;

/// <summary>The verb serve in this process, as it is shipped, on a port of its own.</summary>
sealed class RunningAgent : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly Task<int> _running;

    RunningAgent(AgentOptions options, string scheme)
    {
        Address = new Uri($"{scheme}://127.0.0.1:{options.ListenAddresses[0].Port}");
        Client = NewClient();
        _running = Task.Run(() => ServeCommand.Run(options, _stop.Token));
    }

    internal Uri Address { get; }

    internal HttpClient Client { get; }

    /// <summary>A client with connections of its own that accepts any certificate.</summary>
    internal HttpClient NewClient() => new(new SocketsHttpHandler
    {
        SslOptions =
            new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
    })
    {
        BaseAddress = Address,
    };

    /// <summary>An agent over a fixture set, with a web configuration.</summary>
    internal static Task<RunningAgent> StartWith(string? webConfigFile, string scheme) =>
        OverFixture("linux-6.18", webConfigFile: webConfigFile, scheme: scheme);

    internal static Task<RunningAgent> OverFixture(
        string set, int maxRequests = 40, string? webConfigFile = null, string scheme = "http", string? historyFile = null,
        string querySocket = "none") =>
        Start(Fixtures.Proc(set), Fixtures.Sys(set), maxRequests, webConfigFile, scheme, historyFile, querySocket);

    internal static async Task<RunningAgent> Start(
        string procFs, string sysFs, int maxRequests = 40, string? webConfigFile = null, string scheme = "http", string? historyFile = null,
        string querySocket = "none")
    {
        var options = new AgentOptions
        {
            ListenAddresses = [new IPEndPoint(IPAddress.Loopback, Ports.Free())],
            MaxRequests = maxRequests,
            ProcFs = procFs,
            SysFs = sysFs,
            Sampling = SamplingOptions.Default with { Interval = TimeSpan.FromMilliseconds(100) },
            LogLevel = LogEventLevel.Fatal,
            LogFormat = LogFormat.Logfmt,
            WebConfigFile = webConfigFile,
            QuerySocket = querySocket,
            HistoryFile = historyFile,
            HistorySpan = TimeSpan.FromMinutes(1),
        };
        var agent = new RunningAgent(options, scheme);
        for (var i = 0; i < 200; i++)
        {
            try
            {
                // Behind a password one can see only that it serves.
                var response = await agent.Client.GetAsync("/-/ready");
                if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Unauthorized)
                    return agent;
            }
            catch (HttpRequestException) when (!agent._running.IsCompleted)
            {
                // It is not listening yet, or it wants a client certificate.
                if (scheme == "https" && await Accepts(options.ListenAddresses[0]))
                    return agent;
            }
            await Task.Delay(50);
        }
        throw new TimeoutException("the agent did not become ready");
    }

    static async Task<bool> Accepts(IPEndPoint address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>To a client that has no connection yet.</summary>
    internal async Task AssertServed()
    {
        using var client = NewClient();
        client.Timeout = TimeSpan.FromSeconds(5);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/metrics")).StatusCode);
    }

    /// <summary>How many have been taken.</summary>
    internal async Task<double> Samples() => SamplesIn(await Client.GetStringAsync("/metrics?collect[]=agent"));

    /// <summary>Waits for one sample more than there were.</summary>
    internal Task SamplesAgain(double samples) => Until(text => SamplesIn(text) > samples);

    static double SamplesIn(string text)
    {
        var line = text.Split('\n').Single(line => line.StartsWith("tcpagent_samples_total ", StringComparison.Ordinal));
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until its metrics are as wanted.</summary>
    internal async Task Until(Func<string, bool> holds)
    {
        var body = "";
        for (var i = 0; i < 100; i++)
        {
            body = await Client.GetStringAsync("/metrics");
            if (holds(body))
                return;
            await Task.Delay(50);
        }
        Assert.Fail($"did not come about within 5 s; last seen:\n{body}");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _stop.CancelAsync();
        Assert.Equal(0, await _running);
        _stop.Dispose();
    }
}
