using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>How people name what a label text names.</summary>
static class Subject
{
    /// <summary>[::]:443 for address="::",port="443"; "cpu 3" for cpu="3"; a -> b:443 for source, destination and port.</summary>
    internal static string FromLabels(string labels)
    {
        var values = Label.Values(labels);
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

    static string Endpoint(string address, string? port) => address.Contains(':') ? $"[{address}]:{port}" : $"{address}:{port}";
}
