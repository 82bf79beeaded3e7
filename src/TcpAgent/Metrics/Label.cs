using System.Text;

namespace TcpAgent.Metrics;

/// <summary>Label text, rendered once per instance. Values come from the kernel and may hold anything.</summary>
static class Label
{
    internal static byte[] Render(string name, string value) => Encoding.UTF8.GetBytes($"{name}=\"{Escape(value)}\"");

    internal static byte[] Render(string name, ReadOnlySpan<byte> value) => Render(name, Encoding.UTF8.GetString(value));

    internal static byte[] Render(params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in labels)
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"").Append(Escape(value)).Append('"');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Backslash, newline and quote, as both formats ask.</summary>
    internal static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);
}
