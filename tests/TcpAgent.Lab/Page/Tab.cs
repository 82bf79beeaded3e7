using System.Text.Json;
using System.Text.Json.Nodes;
using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Page;

/// <summary>One page of the browser, and everything it asked for and complained of.</summary>
sealed class Tab
{
    readonly Browser _browser;
    readonly string _target;
    readonly string _session;
    readonly List<string> _requests = [];
    readonly List<string> _complaints = [];
    readonly Dictionary<string, Func<Asked, Task>> _handlers = [];

    internal Tab(Browser browser, string target, string session)
    {
        (_browser, _target, _session) = (browser, target, session);
        browser.Told += Take;
    }

    /// <summary>Addresses asked for.</summary>
    internal string[] Requests => Copy(_requests);

    /// <summary>Errors and warnings of the console, exceptions, and what the browser refused.</summary>
    internal string[] Complaints => Copy(_complaints);

    static string[] Copy(List<string> list)
    {
        lock (list)
            return [.. list];
    }

    internal Task<JsonNode> Send(string method, object? parameters = null) => _browser.Send(method, parameters, _session);

    /// <summary>What is asked of the page from then on is asked of the new one.</summary>
    internal async Task Go(string address)
    {
        await Run("window.isLeft = true");
        await Send("Page.navigate", new { url = address });
        await Until("!window.isLeft");
    }

    /// <summary>From now on a request whose address has this part gets no answer but what the handler gives it.</summary>
    internal Task Intercept(string part, Func<Asked, Task> handler)
    {
        lock (_handlers)
        {
            _handlers[part] = handler;
            return Send("Fetch.enable", new { patterns = _handlers.Keys.Select(one => new { urlPattern = $"*{one}*" }).ToArray() });
        }
    }

    void Handle(JsonNode parameters)
    {
        var asked = new Asked(this, (string)parameters["requestId"]!, (string)parameters["request"]!["url"]!);
        lock (_handlers)
            _ = Task.Run(() => _handlers.First(one => asked.Address.Contains(one.Key, StringComparison.Ordinal)).Value(asked));
    }

    /// <summary>The value of an expression, which may be a promise.</summary>
    internal async Task<JsonNode?> Run(string expression)
    {
        var answer = await Send("Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true });
        Assert.True(answer["exceptionDetails"] is null, $"{expression}: {answer.ToJsonString()}");
        return answer["result"]?["value"];
    }

    internal async Task<string> Text(string selector) =>
        (string?)await Run($"document.querySelector({Quote(selector)})?.textContent ?? ''") ?? "";

    internal async Task<string> Attribute(string selector, string name) =>
        (string?)await Run($"document.querySelector({Quote(selector)})?.getAttribute('{name}') ?? ''") ?? "";

    internal async Task<bool> Is(string expression) => (bool)(await Run($"!!({expression})"))!;

    /// <summary>What is not there yet does not hold.</summary>
    internal Task Until(string expression, int seconds = 30) => Eventually.Holds(
        () => Is($"(() => {{ try {{ return {expression} }} catch {{ return false }} }})()"), TimeSpan.FromSeconds(seconds), () =>
            $"{expression}\n{string.Join('\n', Complaints)}");

    /// <summary>As if another tab were in front of it, or not any more.</summary>
    internal async Task Hide(bool isHidden)
    {
        await Run(
            isHidden
                ? "void Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })"
                : "delete document.hidden");
        await Run("document.dispatchEvent(new Event('visibilitychange'))");
    }

    internal Task Click(string selector) => Run($"document.querySelector({Quote(selector)}).click()");

    internal async Task Press(string key, int times = 1)
    {
        var text = key == "Enter" ? "\r" : "";
        for (var i = 0; i < times; i++)
        {
            await Send("Input.dispatchKeyEvent", new { type = "keyDown", key, code = key, text, windowsVirtualKeyCode = KeyCode(key) });
            await Send("Input.dispatchKeyEvent", new { type = "keyUp", key, code = key, windowsVirtualKeyCode = KeyCode(key) });
        }
    }

    static int KeyCode(string key) => key switch { "Tab" => 9, "Enter" => 13, "Escape" => 27, _ => 0 };

    /// <summary>Points at a place of an element, in shares of its width and height.</summary>
    internal async Task Point(string selector, double x, string type = "mouseMoved")
    {
        var box = (await Run(
            $$"""
            (({ left, top, width, height }) => [left + width * {{x}}, top + height / 2])(
              document.querySelector({{Quote(selector)}}).getBoundingClientRect())
            """))!;
        await Send(
            "Input.dispatchMouseEvent",
                new { type, x = (double)box[0]!, y = (double)box[1]!, button = type == "mouseMoved" ? "none" : "left", clickCount = 1 });
    }

    internal async Task Picture(string path)
    {
        var picture = await Send("Page.captureScreenshot", new { format = "png" });
        await File.WriteAllBytesAsync(path, Convert.FromBase64String((string)picture["data"]!));
    }

    internal async Task Close()
    {
        _browser.Told -= Take;
        await _browser.Send("Target.closeTarget", new { targetId = _target });
    }

    void Take(string session, JsonNode message)
    {
        if (session != _session)
            return;
        var parameters = message["params"]!;
        switch ((string?)message["method"])
        {
            case "Network.requestWillBeSent":
                Keep(_requests, (string)parameters["request"]!["url"]!);
                break;
            case "Fetch.requestPaused":
                Handle(parameters);
                break;
            case "Runtime.consoleAPICalled":
            case "Runtime.exceptionThrown":
            case "Log.entryAdded":
                Keep(_complaints, parameters.ToJsonString());
                break;
        }
    }

    static void Keep(List<string> list, string text)
    {
        lock (list)
            list.Add(text);
    }

    static string Quote(string text) => JsonSerializer.Serialize(text);
}
