using System.Text;
using System.Text.Unicode;

namespace TcpAgent.Metrics;

/// <summary>Label text, rendered once per instance. Values come from the kernel and may hold anything.</summary>
static class Label
{
    internal static byte[] Render(string name, string value) => Encoding.UTF8.GetBytes($"{name}=\"{Escape(value)}\"");

    /// <summary>A device's name need not be UTF-8: then each byte stands for a character, so that two names stay two.</summary>
    internal static string Text(ReadOnlySpan<byte> value) => (Utf8.IsValid(value) ? Encoding.UTF8 : Encoding.Latin1).GetString(value);

    internal static byte[] Render(string name, ReadOnlySpan<byte> value) => Render(name, Text(value));

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

    /// <summary>The label text of <see cref="Render(string, string)"/> taken apart again.</summary>
    internal static Dictionary<string, string> Values(string labels)
    {
        var values = new Dictionary<string, string>();
        for (var at = 0; labels.IndexOf("=\"", at, StringComparison.Ordinal) is > 0 and var equals;)
        {
            var value = new StringBuilder();
            var end = equals + 2;
            for (; end < labels.Length && labels[end] != '"'; end++)
            {
                var escaped = labels[end] == '\\' && end + 1 < labels.Length;
                value.Append(!escaped ? labels[end] : labels[++end] == 'n' ? '\n' : labels[end]);
            }
            values[labels[at..equals].TrimStart(',')] = value.ToString();
            at = Math.Min(end + 1, labels.Length);
        }
        return values;
    }
}
