using System.Text;

namespace TcpAgent.History;

/// <summary>Parses the label texts of a record. A file holds nothing else about a listener or a subject.</summary>
static class RecordedLabels
{
    /// <summary>The values by label name.</summary>
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

    /// <summary>
    /// [::]:443 for address="::",port="443", [fe80::1]%eth0:443 for address="fe80::1%eth0"; "cpu 3" for cpu="3"; a -> b:443 for source,
    /// destination and port.
    /// </summary>
    internal static string SubjectOf(string labels)
    {
        var values = Values(labels);
        if (values.TryGetValue("destination", out var destination))
            return $"{values.GetValueOrDefault("source")} -> {Endpoint(destination, values.GetValueOrDefault("port"))}";
        if (values.TryGetValue("address", out var address))
            return Endpoint(address, values.GetValueOrDefault("port"));
        if (values.TryGetValue("device", out var device))
            return device;
        var words = new List<string>();
        foreach (var (name, value) in values)
            words.Add($"{name} {value}");
        return words.Count == 0 ? labels : string.Join(" ", words);
    }

    /// <summary>The device of fe80::1%eth0 comes after the brackets.</summary>
    static string Endpoint(string address, string? port)
    {
        var end = address.IndexOf('%') is >= 0 and var percent ? percent : address.Length;
        return address.AsSpan(0, end).Contains(':') ? $"[{address[..end]}]{address[end..]}:{port}" : $"{address}:{port}";
    }
}
