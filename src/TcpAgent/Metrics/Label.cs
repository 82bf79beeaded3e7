using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Metrics;

/// <summary>Label text, rendered once per instance. Values come from the kernel and may contain anything.</summary>
static class Label
{
    /// <summary>A kernel name, which may be neither UTF-8 nor printable; different names stay different.</summary>
    internal static string Text(ReadOnlySpan<byte> value) => Printable.Of(value);

    internal static byte[] Render(params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in labels)
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"").Append(Escape(value)).Append('"');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Escapes backslash, newline and quote, as both formats require.</summary>
    internal static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
}
