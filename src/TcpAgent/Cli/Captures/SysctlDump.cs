namespace TcpAgent.Cli;

/// <summary>The output of sysctl -a, which a report of sos has in place of the files below /proc/sys, written as those files.</summary>
static class SysctlDump
{
    /// <summary>Where a report of sos has it.</summary>
    internal const string Name = "sos_commands/kernel/sysctl_-a";

    /// <summary>What of it the agent reads.</summary>
    static readonly string[] s_wanted = ["net.core.", "net.ipv4.", "net.ipv6.", "net.netfilter.", "fs.file-", "kernel.osrelease"];

    const int MostFiles = 4096, MostValue = 256, MostName = 128;

    /// <summary>Writes each setting as its file. A line that is none is skipped, and so is a name that is no plain path.</summary>
    /// <exception cref="IOException">The dump cannot be read, or a file not be written.</exception>
    internal static void Write(string dump, string folder)
    {
        Directory.CreateDirectory(folder);
        var files = 0;
        foreach (var line in File.ReadLines(dump))
        {
            if (files >= MostFiles)
                return;
            if (line.Split(" = ", 2) is not [var name, { Length: > 0 and <= MostValue } value] || !IsPlain(name))
                continue;
            var path = $"{folder}/{name.Replace('.', '/')}";
            if (Path.Exists(path))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, $"{value}\n");
            files++;
        }
    }

    /// <summary>A device in the name may have a dot, which is a slash then: such settings are not needed.</summary>
    static bool IsPlain(string name)
    {
        if (name.Length > MostName || !Array.Exists(s_wanted, start => name.StartsWith(start, StringComparison.Ordinal))
            || name.Contains("..", StringComparison.Ordinal) || name.EndsWith('.'))
            return false;
        foreach (var letter in name)
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '_' or '-'))
                return false;
        return true;
    }
}
