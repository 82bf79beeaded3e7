namespace TcpAgent.System;

/// <summary>
/// The names of this host, from files alone: its host name, the name in each search domain of resolv.conf(5), and its other names in
/// hosts(5). No name server is asked.
/// </summary>
static class HostNames
{
    const int MostLength = 64 * 1024;

    internal static List<string> Own(string name, string resolvConf = "/etc/resolv.conf", string hosts = "/etc/hosts")
    {
        var names = new List<string>();
        Add(names, name);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var first = dot < 0 ? name : name[..dot];
        Add(names, first);
        foreach (var words in Lines(resolvConf))
            if (words[0] is "search" or "domain")
                for (var i = 1; i < words.Length; i++)
                    Add(names, $"{first}.{words[i].TrimEnd('.')}");
        foreach (var words in Lines(hosts))
            if (Array.IndexOf(words, name) > 0)
                for (var i = 1; i < words.Length; i++)
                    Add(names, words[i]);
        return names;
    }

    static void Add(List<string> names, string name)
    {
        if (name.Length > 0 && !names.Contains(name))
            names.Add(name);
    }

    /// <summary>The words of each line that has any; none of a file that cannot be read.</summary>
    static IEnumerable<string[]> Lines(string path)
    {
        string text;
        try
        {
            using var file = new StreamReader(path);
            var buffer = new char[MostLength];
            text = new string(buffer, 0, file.ReadBlock(buffer));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            yield break;
        }
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
                yield return words;
        }
    }
}
