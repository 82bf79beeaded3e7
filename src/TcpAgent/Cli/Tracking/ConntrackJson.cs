using System.Buffers;
using System.Text.Json;
using TcpAgent.Kernel;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>What is in the connection tracking table, for scripts. Each estimate has its bounds.</summary>
static class ConntrackJson
{
    /// <param name="table">Null where nothing is tracked.</param>
    /// <param name="limit">nf_conntrack_max; null if it is not known.</param>
    /// <param name="time">When it was read.</param>
    /// <param name="networkNamespace">Inode of the namespace that it belongs to.</param>
    internal static byte[] Write(TrackedTable? table, long? limit, DateTimeOffset time, string networkNamespace)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonExtensions.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", VerdictJson.Version);
            json.WriteString("time", VerdictJson.Time(time));
            json.WriteString("network_namespace", networkNamespace);
            json.WriteValue("entries", table?.Entries);
            json.WriteValue("limit", limit);
            if (table is not null)
                Write(json, table);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    static void Write(Utf8JsonWriter json, TrackedTable table)
    {
        var (sample, sources, destinations) = (table.Sample, table.Sources, table.Destinations);
        json.WriteNumber("read", sample.All.Entries);
        json.WriteBoolean("complete", sample.IsComplete);
        json.WriteNumber("unseen_at_most", table.Of(0).High);
        Write(json, "unreplied", table.Of(sample.All.Unreplied));
        Write(json, "assured", table.Of(sample.All.Assured));
        Write(json, table, "protocols", sample.Protocols, sample.States);
        Write(json, table, "sources", sources.Named);
        json.WriteNumber("other_sources_at_most", sources.OthersAtMost);
        Write(json, table, "destinations", destinations.Named);
        json.WriteNumber("other_destinations_at_most", destinations.OthersAtMost);
    }

    /// <param name="json">Receives the groups.</param>
    /// <param name="table">Estimates them.</param>
    /// <param name="name">Of the member.</param>
    /// <param name="groups">The largest first.</param>
    /// <param name="states">Those of TCP, where the groups are protocols.</param>
    static void Write(
        Utf8JsonWriter json, TrackedTable table, string name, TrackedGroup[] groups, TrackedGroup[]? states = null)
    {
        json.WriteStartArray(name);
        foreach (var group in groups)
        {
            json.WriteStartObject();
            json.WriteString("name", group.Name);
            Write(json, "entries", table.Of(group.Entries));
            Write(json, "unreplied", table.Of(group.Unreplied));
            Write(json, "assured", table.Of(group.Assured));
            if (states is not null && group.Name == TrackedSample.Tcp)
                Write(json, table, "states", states);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Write(Utf8JsonWriter json, string name, TrackedEstimate estimate)
    {
        json.WriteStartObject(name);
        json.WriteNumber("estimate", estimate.Entries);
        json.WriteNumber("low", estimate.Low);
        json.WriteNumber("high", estimate.High);
        json.WriteEndObject();
    }
}
