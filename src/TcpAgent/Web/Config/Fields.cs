using TcpAgent.Kernel;

namespace TcpAgent.Web.Config;

/// <summary>Reads typed values out of the tree. An invalid value becomes a problem with its place.</summary>
static class Fields
{
    /// <summary>Passes each value to the reader of its key. An unknown key is a problem that names the nearest known one.</summary>
    internal static void Each(Node node, string what, ConfigReport findings, params ReadOnlySpan<(string Key, Action<Node> Read)> fields)
    {
        if (node is Scalar { IsNull: true })
            return;
        if (node is not Mapping map)
        {
            findings.Wrong(node, $"{what} must be keys with values");
            return;
        }
        foreach (var (key, value) in map.Entries)
        {
            Action<Node>? read = null;
            foreach (var field in fields)
                if (field.Key == key.Value)
                    read = field.Read;
            if (read is null)
                findings.Wrong(key, Unknown(key.Value, fields));
            else if (value is not Scalar { IsNull: true })
                read(value);
        }
    }

    /// <summary>Returns null after a problem.</summary>
    internal static string? Text(Node node, string key, ConfigReport findings)
    {
        if (node is Scalar scalar)
            return scalar.Value;
        findings.Wrong(node, $"{key} must be one text, not {(node is Mapping ? "keys with values" : "a list")}");
        return null;
    }

    internal static List<Scalar> Texts(Node node, string key, ConfigReport findings)
    {
        var texts = new List<Scalar>();
        if (node is not Sequence list)
        {
            findings.Wrong(node, $"{key} must be a list");
            return texts;
        }
        foreach (var item in list.Items)
            if (item is Scalar { IsNull: false } text)
                texts.Add(text);
            else
                findings.Wrong(item, $"{key} must be a list of texts");
        return texts;
    }

    /// <summary>Reads a boolean by YAML 1.1, as the format's other readers do.</summary>
    internal static bool Bool(Node node, string key, ConfigReport findings)
    {
        var word = node is Scalar { IsPlain: true } scalar ? scalar.Value : "";
        if (word is "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y")
            return true;
        if (word is not ("false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N"))
            findings.Wrong(node, $"{key} must be true or false");
        return false;
    }

    static string Unknown(string key, ReadOnlySpan<(string Key, Action<Node> Read)> fields)
    {
        var names = new List<string>();
        foreach (var (name, _) in fields)
            names.Add(name);
        var shown = key.Length <= 60 ? key : key[..60] + "...";
        return Nearest.To(key, names) is { } nearest
            ? $"unknown key '{shown}': is '{nearest}' meant?"
            : $"unknown key '{shown}': known here are {string.Join(", ", names)}";
    }
}
