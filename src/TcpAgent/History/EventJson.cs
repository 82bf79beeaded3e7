using System.Text.Json;

namespace TcpAgent.History;

/// <summary>An event in the documents of the history and of the live page.</summary>
static class EventJson
{
    internal static void Write(Utf8JsonWriter json, in HistoryEvent one)
    {
        json.WriteStartObject();
        json.WriteString("time", HistoryExport.Time(one.Time));
        if (one.Series.Length > 0)
            json.WriteString("series", one.Series);
        json.WriteString("kind", one.Kind.Name());
        if (one.IsStanding)
            json.WriteBoolean("standing", true);
        json.WriteString("text", one.Text);
        json.WriteEndObject();
    }
}
