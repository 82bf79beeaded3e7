using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using TcpAgent.Lab.Support;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Faults;

/// <summary>
/// The heap that the unit allows, on a large host, while clients ask for all that is served by the longest requests, read nothing, and
/// come back as soon as they are closed. When one of the runtime's own threads finds no memory the process ends, so they must not get it
/// there.
/// </summary>
[Trait("Category", "live")]
public sealed class MemoryTests(ITestOutputHelper output) : IDisposable
{
    const int Clients = 1000;

    static readonly string[] s_paths = ["/page/page.js", "/api/v1/live", "/metrics", "/api/v1/why", "/api/v1/history", "/api/v1/incidents"];

    /// <summary>How long the clients go on, and how long a slow machine may take until enough of them were there.</summary>
    static readonly TimeSpan s_least = TimeSpan.FromSeconds(8), s_most = TimeSpan.FromSeconds(60);

    readonly WebFolder _folder = new(WebFolder.TlsSection);
    int _opened;

    public void Dispose() => _folder.Dispose();

    /// <param name="scheme">Over which the clients come.</param>
    /// <param name="heap">MiB; 0 for the unit's. That of 13 MiB holds a few connections beside the agent itself.</param>
    [SkippableTheory]
    [InlineData("http", 0)]
    [InlineData("https", 0)]
    [InlineData("http", 13)]
    public async Task ClientsCannotFillTheHeap(string scheme, int heap)
    {
        using var proc = new ProcCopy("many");
        var environment = UnitFile.Environment();
        if (heap > 0)
            environment["DOTNET_GCHeapHardLimit"] = $"{heap << 20:x}";
        using var certificate = _folder.WriteServerCertificate();
        await using var agent = await Victim.StartBy(
            (file, arguments, _) => Child.Start(file, arguments, environment),
            [proc.Flag, $"--history.file={_folder.PathOf("history")}", .. scheme == "https"
                ? [$"--web.config.file={_folder.ConfigFile}"]
                : Array.Empty<string>()]);
        var before = await agent.Sampled(2);
        using var end = new CancellationTokenSource();
        var begun = Stopwatch.StartNew();
        var clients = Enumerable.Range(0, Clients).Select(i => Attack(agent.Port, i, scheme == "https", end.Token)).ToArray();
        var answered = 0;
        while (begun.Elapsed < s_least || (_opened < Clients / 2 && begun.Elapsed < s_most))
            answered += await IsHealthy(agent) ? 1 : 0;
        await end.CancelAsync();
        await Task.WhenAll(clients);
        var after = await agent.Sampled(2);
        output.WriteLine($"{_opened} connections, {answered} others answered, at most {agent.PeakMemory / 1048576.0:0} MiB resident");
        Assert.InRange(_opened, Clients / 2, int.MaxValue);
        Assert.InRange(
            agent.PeakMemory, 1, long.Parse(UnitFile.Settings("MemoryMax=").Single().TrimEnd('M'), CultureInfo.InvariantCulture) << 20);
        Assert.DoesNotContain("OutOfMemory", agent.Process.Output, StringComparison.Ordinal);
        Assert.InRange(after["tcpagent_samples_missed_total"] - before["tcpagent_samples_missed_total"], 0, 1);
        Assert.All(Victim.Sources(after), one => Assert.Equal(before[one.Key], one.Value));
    }

    static async Task<bool> IsHealthy(Victim agent)
    {
        try
        {
            return await agent.Status("/-/healthy") == (int)HttpStatusCode.OK;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    async Task Attack(int port, int number, bool tls, CancellationToken end)
    {
        var headers = string.Concat(Enumerable.Range(0, 15).Select(i => $"X-{i}: {new string('a', 1000)}\r\n"));
        while (!end.IsCancellationRequested)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, end);
                Interlocked.Increment(ref _opened);
                await using Stream stream = tls ? await Encrypted(socket, end) : new NetworkStream(socket);
                for (; ; number++)
                    await stream.WriteAsync(
                        Encoding.ASCII.GetBytes($"GET {s_paths[number % s_paths.Length]} HTTP/1.1\r\nHost: x\r\n{headers}\r\n"), end);
            }
            catch (Exception exception) when (
                exception is SocketException or IOException or OperationCanceledException or AuthenticationException)
            {
            }
        }
    }

    static async Task<Stream> Encrypted(Socket socket, CancellationToken end)
    {
        var stream = new SslStream(new NetworkStream(socket));
        await stream.AuthenticateAsClientAsync(Victim.Tls, end);
        return stream;
    }
}
