using System.Buffers;
using System.Text.Json;
using TcpAgent.Kernel;

namespace TcpAgent.Cli;

/// <summary>The answers to --what-if as one more member of the verdict's document.</summary>
static class WhatIfJson
{
    /// <param name="document">A JSON object with at least one member.</param>
    /// <param name="answers">The answers.</param>
    internal static byte[] Append(ReadOnlySpan<byte> document, List<WhatIf> answers)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(document[..document.LastIndexOf((byte)'}')]);
        buffer.Write(",\"what_if\":"u8);
        using (var json = new Utf8JsonWriter(buffer, JsonExtensions.Options))
        {
            json.WriteStartArray();
            foreach (var answer in answers)
                Write(json, answer);
            json.WriteEndArray();
        }
        buffer.Write("}"u8);
        return buffer.WrittenSpan.ToArray();
    }

    static void Write(Utf8JsonWriter json, WhatIf answer)
    {
        json.WriteStartObject();
        json.WriteString("sysctl", answer.Supposed.Bound.Name);
        json.WriteString("value", answer.Supposed.Value);
        json.WriteString("resource", answer.Resource.Name);
        json.WriteString("outcome", answer.Outcome switch
        {
            WhatIfOutcome.Enough => "enough",
            WhatIfOutcome.Perhaps => "perhaps",
            WhatIfOutcome.NoBetter => "no_better",
            WhatIfOutcome.TooLow => "too_low",
            _ => "unknown",
        });
        json.WriteNumber("limit", answer.Supposed.Limit);
        json.WriteValue("peak", answer.Peak);
        json.WriteValue("losses", answer.Losses);
        json.WriteValue("at_most", answer.AtMost);
        json.WriteValue("lasts_seconds", answer.LastsSeconds);
        json.WriteString("text", WhatIfText.Of(answer));
        json.WriteEndObject();
    }
}
