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
        var (nearest, distance) = ("", int.MaxValue);
        var names = new List<string>();
        foreach (var (name, _) in fields)
        {
            names.Add(name);
            var other = Distance(key, name);
            if (other < distance)
                (nearest, distance) = (name, other);
        }
        var shown = key.Length <= 60 ? key : key[..60] + "...";
        return distance <= Math.Max(2, nearest.Length / 3)
            ? $"unknown key '{shown}': is '{nearest}' meant?"
            : $"unknown key '{shown}': known here are {string.Join(", ", names)}";
    }

    /// <summary>The Levenshtein distance, ignoring case.</summary>
    static int Distance(string a, string b)
    {
        if (a.Length > 60)
            return int.MaxValue;
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + same));
            }
        }
        return row[^1];
    }
}
