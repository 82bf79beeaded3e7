using System.Buffers;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TcpAgent.History;
using TcpAgent.Kernel;

namespace TcpAgent.Web;

/// <summary>
/// /api/v1/status: the build, the flags in force and the last log lines, for `tcp-agent report`. Only clients on this host get it: they
/// are who could read the log anyway.
/// </summary>
sealed class StatusEndpoint(AgentFacts facts, TimeProvider time)
{
    const int Version = 1;

    internal Task Serve(HttpContext context) => IsOnThisHost(context.Connection)
        ? Respond.Json(context, Write())
        : Respond.Text(context, StatusCodes.Status403Forbidden, "The status is for clients on this host: try tcp-agent report there.\n");

    /// <summary>A Unix socket has no address, and a client that used one of the host's own addresses has the same as the server.</summary>
    static bool IsOnThisHost(ConnectionInfo connection) =>
        connection.RemoteIpAddress is not { } client || IPAddress.IsLoopback(client) || client.Equals(connection.LocalIpAddress);

    byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonExtensions.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("agent", facts.Version);
            json.WriteString("revision", facts.Revision);
            json.WriteString("started", HistoryExport.Time(facts.Started.ToUnixTimeMilliseconds()));
            json.WriteNumber("uptime_seconds", Math.Round((time.GetUtcNow() - facts.Started).TotalSeconds));
            json.WriteNumber("pid", Environment.ProcessId);
            json.WriteStartArray("flags");
            foreach (var (name, value, origin) in facts.Flags)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("value", value);
                json.WriteString("origin", origin);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("log");
            foreach (var line in facts.Log())
                json.WriteStringValue(line);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
