using System.Text.Json;

namespace TcpAgent.Kernel;

/// <summary>Writes values as JSON. An absent value is null.</summary>
static class JsonExtensions
{
    internal static void WriteValue(this Utf8JsonWriter json, string name, long? value)
    {
        json.WritePropertyName(name);
        json.WriteValue(value);
    }

    internal static void WriteValue(this Utf8JsonWriter json, long? value)
    {
        if (value is { } known and not KernelValue.Absent)
            json.WriteNumberValue(known);
        else
            json.WriteNullValue();
    }
}
