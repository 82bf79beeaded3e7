using System.Text.Json;

namespace TcpAgent.Lab.Support;

static class PrometheusApi
{
    /// <summary>The series that an instant query finds; null while the server does not answer.</summary>
    internal static async Task<JsonElement[]?> Query(HttpClient client, string query)
    {
        try
        {
            using var document = JsonDocument.Parse(await client.GetStringAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}"));
            return [.. document.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(one => one.Clone())];
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
