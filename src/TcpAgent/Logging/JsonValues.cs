using System.Text.Encodings.Web;
using Serilog.Formatting.Json;

namespace TcpAgent.Logging;

/// <summary>
/// Writes property values as JSON. Serilog's writer passes lone surrogates through; this one writes no string that JSON forbids.
/// </summary>
sealed class JsonValues() : JsonValueFormatter(typeTagName: null)
{
    // Relaxed: the line is read by log tools, so '<' or an umlaut need no escape.
    static readonly JavaScriptEncoder s_encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    internal static void WriteString(TextWriter output, string text)
    {
        output.Write('"');
        s_encoder.Encode(output, text);
        output.Write('"');
    }

    protected override void FormatLiteralValue(object? value, TextWriter output)
    {
        if (value is string or char)
            WriteString(output, value.ToString()!);
        else
            base.FormatLiteralValue(value, output);
    }
}
