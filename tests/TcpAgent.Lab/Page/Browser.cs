using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Page;

/// <summary>
/// A Chromium without a screen, inside a network namespace where there is nothing but the agent. Spoken to by its debugging
/// protocol over two pipes, so that no port and no package is needed.
/// </summary>
sealed class Browser : IAsyncDisposable
{
    static readonly string[] s_flags =
    [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-pipe",
    ];

    readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _pending = [];
    readonly string _folder;
    readonly Child _process;
    readonly FileStream _to;
    readonly FileStream _from;
    readonly SemaphoreSlim _writing = new(1);
    int _last;

    Browser(Child process, string folder, FileStream to, FileStream from) => (_process, _folder, _to, _from) = (process, folder, to, from);

    /// <summary>What it downloads goes here.</summary>
    internal string Downloads => Path.Combine(_folder, "downloads");

    /// <summary>Of every page.</summary>
    internal event Action<string, JsonNode>? Told;

    internal static async Task<Browser> Start(NetworkNamespace place)
    {
        var chromium = Require.Tool("chromium", "chromium");
        var folder = Directory.CreateTempSubdirectory("tcp-agent-browser-").FullName;
        var (input, output) = (Path.Combine(folder, "in"), Path.Combine(folder, "out"));
        await Child.Run("/usr/bin/mkfifo", input, output);
        var process = place.Start(
            "/bin/sh", ["-c", $"exec \"$@\" 3<{input} 4>{output}", "sh", chromium, .. s_flags, $"--user-data-dir={folder}/profile",
                "about:blank"]);

        // A pipe's end opens when the other does: in the shell's order.
        var opening = Task.Run(
            () => (new FileStream(input, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1),
                new FileStream(output, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1)));
        var (to, from) = await opening.WaitAsync(TimeSpan.FromSeconds(20));
        var browser = new Browser(process, folder, to, from);
        _ = Task.Factory.StartNew(browser.Listen, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Directory.CreateDirectory(browser.Downloads);
        await browser.Send("Browser.setDownloadBehavior", new { behavior = "allow", downloadPath = browser.Downloads });
        return browser;
    }

    /// <summary>A new page on its own.</summary>
    internal async Task<Tab> Open(int width = 1280, int height = 900, bool dark = false, bool calm = false)
    {
        var target = (string)(await Send("Target.createTarget", new { url = "about:blank" }))["targetId"]!;
        var session = (string)(await Send("Target.attachToTarget", new { targetId = target, flatten = true }))["sessionId"]!;
        var tab = new Tab(this, target, session);
        foreach (var domain in (string[])["Page", "Runtime", "Network", "Log"])
            await tab.Send($"{domain}.enable");
        await tab.Send("Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = false });
        await tab.Send("Emulation.setEmulatedMedia", new
        {
            features = (object[])
            [
                new { name = "prefers-color-scheme", value = dark ? "dark" : "light" },
                new { name = "prefers-reduced-motion", value = calm ? "reduce" : "no-preference" },
            ],
        });
        return tab;
    }

    internal async Task<JsonNode> Send(string method, object? parameters = null, string? session = null)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _pending[id] = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = JsonSerializer.SerializeToUtf8Bytes(session is null
            ? new { id, method, @params = parameters ?? new { } } : (object)new
            {
                id,
                method,
                @params = parameters ?? new { },
                sessionId = session
            });
        await _writing.WaitAsync();
        try
        {
            await _to.WriteAsync((byte[])[.. message, 0]);
            await _to.FlushAsync();
        }
        finally
        {
            _writing.Release();
        }
        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    void Listen()
    {
        var buffer = new byte[64 * 1024];
        var message = new List<byte>();
        try
        {
            for (int length; (length = _from.Read(buffer)) > 0;)
                foreach (var one in buffer.AsSpan(0, length))
                    if (one != 0)
                        message.Add(one);
                    else
                        Take(message);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    void Take(List<byte> bytes)
    {
        var message = JsonNode.Parse(Encoding.UTF8.GetString([.. bytes]))!;
        bytes.Clear();
        if (message["method"] is { } method)
            Told?.Invoke(
                (string?)message["sessionId"] ?? "",
                new JsonObject { ["method"] = (string)method!, ["params"] = message["params"]?.DeepClone() });
        else if (_pending.TryRemove((int)message["id"]!, out var waiting) && message["error"] is { } error)
            waiting.SetException(new InvalidOperationException(error.ToJsonString()));
        else
            waiting?.SetResult(message["result"]!.DeepClone());
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _to.DisposeAsync();
        await _from.DisposeAsync();
        _writing.Dispose();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // A child of the browser's may still be writing its profile.
        }
    }
}
