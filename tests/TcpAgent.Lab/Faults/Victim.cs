using System.Globalization;
using System.Net.Security;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Faults;

/// <summary>An agent that a test mistreats, asked over HTTP as Prometheus asks it.</summary>
sealed class Victim : IAsyncDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>The certificate is the test's own.</summary>
    internal static readonly SslClientAuthenticationOptions Tls = new()
    {
        TargetHost = "localhost",
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
    };

    readonly HttpClient _client = new(new SocketsHttpHandler { SslOptions = Tls }) { Timeout = TimeSpan.FromSeconds(5) };
    readonly string _scheme;

    Victim(int port, Child process, string scheme) => (Port, Process, _scheme) = (port, process, scheme);

    internal int Port { get; }

    internal Child Process { get; }

    /// <summary>The most that was ever resident, in bytes (proc_pid_status(5)).</summary>
    internal long PeakMemory => 1024 * long.Parse(
        File.ReadLines($"/proc/{Process.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))[6..^3],
        CultureInfo.InvariantCulture);

    internal static Task<Victim> Start(params string[] arguments) => StartBy(Child.Start, arguments);

    /// <param name="start">Runs a program with its arguments, perhaps by way of another that becomes it.</param>
    /// <param name="arguments">Of serve; with a web.config.file it speaks TLS.</param>
    internal static async Task<Victim> StartBy(Func<string, string[], IDictionary<string, string>?, Child> start, params string[] arguments)
    {
        var port = Ports.Free();
        var (file, all) = AgentProgram.Command(["serve", $"--web.listen-address=127.0.0.1:{port}", .. arguments]);
        var tls = arguments.Any(argument => argument.StartsWith("--web.config.file=", StringComparison.Ordinal));
        var victim = new Victim(port, start(file, all, null), tls ? "https" : "http");
        await victim.Sampled(2);
        return victim;
    }

    /// <summary>Inside a network namespace, behind a socket that was opened outside of it.</summary>
    internal static async Task<Victim> StartIn(NetworkNamespace place, params string[] arguments)
    {
        var port = Ports.Free();
        var (file, all) = AgentProgram.Command(["serve", "--web.systemd-socket", .. arguments]);
        var process = Child.Start(
            Require.Tool("systemd-socket-activate", "systemd"),
            ["-l", $"127.0.0.1:{port}", Require.Tool("ip", "iproute2"), "netns", "exec", place.Name, file, .. all],
            new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")! });
        var victim = new Victim(port, process, "http");
        await victim.Sampled(2);
        return victim;
    }

    /// <summary>One scrape; a series that is there twice, or a line that is no sample, fails the test.</summary>
    internal async Task<Dictionary<string, double>> Metrics()
    {
        var values = new Dictionary<string, double>();
        foreach (var line in (await _client.GetStringAsync($"{_scheme}://127.0.0.1:{Port}/metrics")).Split('\n'))
        {
            var space = line.LastIndexOf(' ');
            if (line.Length > 0 && line[0] != '#')
                Assert.True(
                    values.TryAdd(line[..space], double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture)), $"twice: {line}");
        }
        return values;
    }

    /// <summary>Whether each source was read, from an exposition.</summary>
    internal static IEnumerable<KeyValuePair<string, double>> Sources(Dictionary<string, double> metrics) =>
        metrics.Where(one => one.Key.StartsWith("tcpagent_source_success", StringComparison.Ordinal));

    internal async Task<int> Status(string path) => (int)(await _client.GetAsync($"{_scheme}://127.0.0.1:{Port}{path}")).StatusCode;

    /// <summary>The first exposition for which the condition holds.</summary>
    internal async Task<Dictionary<string, double>> Until(Func<Dictionary<string, double>, bool> condition)
    {
        Dictionary<string, double> metrics = [];
        await Eventually.Holds(
            async () =>
            {
                try
                {
                    return condition(metrics = await Metrics());
                }
                catch (HttpRequestException)
                {
                    return false;
                }
                catch (TaskCanceledException)
                {
                    return false;
                }
            },
            s_patience, () => $"{string.Join('\n', metrics.Select(one => $"{one.Key} {one.Value}"))}\n{Process.Output}");
        return metrics;
    }

    /// <summary>After a number of further samples; all but the first began after this was called.</summary>
    internal async Task<Dictionary<string, double>> Sampled(int more)
    {
        var first = (await Until(metrics => metrics.ContainsKey("tcpagent_samples_total")))["tcpagent_samples_total"];
        return await Until(metrics => metrics["tcpagent_samples_total"] >= first + more);
    }

    /// <summary>Reads the slow lane at once.</summary>
    internal async Task<Dictionary<string, double>> Reloaded()
    {
        await Process.Signal("HUP");
        return await Sampled(4);
    }

    /// <summary>Lines about trouble with a source. That one has nothing to read in this namespace is none.</summary>
    internal int Troubles => Said("Source") - Said("is not available on this host");

    internal int Said(string text) => Process.Output.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        Assert.False(Process.HasExited, $"it died: {Process.Output}");
        await Process.DisposeAsync();
        _client.Dispose();
    }
}
