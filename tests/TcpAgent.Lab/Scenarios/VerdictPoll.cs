using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace TcpAgent.Lab.Scenarios;

/// <summary>
/// Every verdict that an agent gives, sample by sample, from its query socket: asked so often that none should be missed.
/// </summary>
sealed class VerdictPoll : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly SortedDictionary<DateTimeOffset, JsonElement> _verdicts = [];
    readonly HttpClient _client;
    readonly Task _polling;

    VerdictPoll(string socket)
    {
        _client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await client.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop);
                return new NetworkStream(client, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://localhost/") };
        _polling = Task.Run(Poll);
    }

    internal static VerdictPoll Start(string socket) => new(socket);

    async Task Poll()
    {
        try
        {
            while (true)
            {
                await Ask();
                await Task.Delay(100, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    /// <summary>The verdict on the newest sample.</summary>
    internal async Task<JsonElement> Ask()
    {
        using var document = JsonDocument.Parse(await _client.GetStringAsync("api/v1/why", _stop.Token));
        var verdict = document.RootElement.Clone();
        lock (_verdicts)
            _verdicts[TimeOf(verdict)] = verdict;
        return verdict;
    }

    internal static DateTimeOffset TimeOf(JsonElement verdict) =>
        DateTimeOffset.Parse(verdict.GetProperty("time").GetString()!, CultureInfo.InvariantCulture);

    /// <summary>
    /// The first verdict in which a resource limits. Null if the sample before it was missed: that may have been the first.
    /// </summary>
    internal JsonElement? FirstLimiting(string resource)
    {
        lock (_verdicts)
        {
            DateTimeOffset? before = null;
            foreach (var (time, verdict) in _verdicts)
            {
                if (verdict.Resource(resource).GetProperty("state").GetString() == "limiting")
                    return time - before < TimeSpan.FromSeconds(1.5) ? verdict : null;
                before = time;
            }
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _polling;
        _client.Dispose();
        _stop.Dispose();
    }
}
