using System.Text.Encodings.Web;
using System.Text.Json;

namespace TcpAgent.Kernel;

/// <summary>Writes values as JSON. An absent value is null.</summary>
static class JsonExtensions
{
    /// <summary>Of every document.</summary>
    internal static readonly JsonWriterOptions Options = new()
    {
        // Does not escape arrows and quotes in subjects and advice; the agent embeds no document in HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static void WriteValue(this Utf8JsonWriter json, string name, long? value)
    {
        json.WritePropertyName(name);
        json.WriteValue(value);
    }

    /// <summary>Writes an estimate to six decimals: microseconds, or a millionth of a share.</summary>
    internal static void WriteValue(this Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known)
            json.WriteNumber(name, Math.Round(known, 6));
        else
            json.WriteNull(name);
    }

    internal static void WriteValue(this Utf8JsonWriter json, long? value)
    {
        if (value is { } known and not KernelValue.Absent)
            json.WriteNumberValue(known);
        else
            json.WriteNullValue();
    }
}
