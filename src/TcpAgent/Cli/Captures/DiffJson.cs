using System.Buffers;
using System.Text.Json;
using TcpAgent.Kernel;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>Differences as the JSON document of diff --json.</summary>
static class DiffJson
{
    const int Version = 1;

    internal static byte[] Write(Differences found)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonExtensions.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            Side(json, "a", found.A);
            Side(json, "b", found.B);
            json.WriteStartArray("resources");
            foreach (var (name, a, b) in found.Resources)
            {
                json.WriteStartObject();
                json.WriteString("resource", name);
                Side(json, "a", a);
                Side(json, "b", b);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            Only(json, "drops", found.DropsOnlyInA, found.DropsOnlyInB, "stage", drop => drop.Stage.Stage);
            Only(json, "findings", found.FindingsOnlyInA, found.FindingsOnlyInB, "id", finding => finding.Id);
            Settings(json, found);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    static void Side(Utf8JsonWriter json, string name, Captured side)
    {
        json.WriteStartObject(name);
        json.WriteString("judged", side.Provenance.Title);
        json.WriteString("verdict", side.Verdict.State.Name());
        json.WriteString("headline", side.Verdict.Headline);
        json.WriteEndObject();
    }

    static void Side(Utf8JsonWriter json, string name, ResourceReport? report)
    {
        if (report is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteString("state", report.State.Name());
        json.WriteValue("used", report.Used);
        json.WriteValue("limit", report.Limit);
        json.WriteString("subject", report.Subject.Length > 0 ? report.Subject : null);
        json.WriteEndObject();
    }

    static void Only<T>(Utf8JsonWriter json, string name, List<T> inA, List<T> inB, string key, Func<T, string> keyOf)
    {
        json.WriteStartArray(name);
        foreach (var (side, all) in ((string, List<T>)[])[("a", inA), ("b", inB)])
            foreach (var one in all)
            {
                json.WriteStartObject();
                json.WriteString(key, keyOf(one));
                json.WriteString("only_in", side);
                json.WriteEndObject();
            }
        json.WriteEndArray();
    }

    /// <summary>Null where a side has no settings: an empty list says that they are the same.</summary>
    static void Settings(Utf8JsonWriter json, Differences found)
    {
        if (!found.KnowsSettings)
        {
            json.WriteNull("settings");
            return;
        }
        json.WriteStartArray("settings");
        foreach (var (name, a, b) in found.Settings)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("a", a);
            json.WriteString("b", b);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
