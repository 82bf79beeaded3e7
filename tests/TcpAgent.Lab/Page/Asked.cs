using System.Text;

namespace TcpAgent.Lab.Page;

/// <summary>A request of a page that waits for a test's word.</summary>
sealed class Asked(Tab tab, string id, string address)
{
    internal string Address => address;

    /// <summary>The agent answers it.</summary>
    internal Task Pass() => tab.Send("Fetch.continueRequest", new { requestId = id });

    /// <summary>As if the line had lost it.</summary>
    internal Task Lose() => tab.Send("Fetch.failRequest", new { requestId = id, errorReason = "ConnectionReset" });

    internal Task Answer(string body) => tab.Send(
        "Fetch.fulfillRequest", new { requestId = id, responseCode = 200, body = Convert.ToBase64String(Encoding.UTF8.GetBytes(body)) });
}
