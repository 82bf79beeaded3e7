namespace TcpAgent.Cli;

/// <summary>One moment of a host as files: a folder shaped like /proc, and one shaped like /sys where the capture has it.</summary>
/// <param name="Folder">The folder of the capture.</param>
/// <param name="ProcFs">The folder shaped like /proc.</param>
/// <param name="SysFs">The folder shaped like /sys; it need not be there.</param>
sealed record CaptureRoot(string Folder, string ProcFs, string SysFs)
{
    /// <summary>The output of sysctl -a, where the capture has that in place of files; null otherwise.</summary>
    internal string? Settings { get; private init; }

    /// <summary>Any of these makes a folder one that is shaped like /proc.</summary>
    internal static readonly string[] Signs = ["net/snmp", "net/netstat", "net/sockstat", "net/tcp", "sys/net/ipv4"];

    /// <summary>How deep a capture may lie in a folder or archive, as in tmp/host-2026-11-30/capture.</summary>
    const int Deepest = 6;

    /// <summary>Null if the folder has no such moment.</summary>
    internal static CaptureRoot? At(string path)
    {
        var proc = $"{path}/proc";
        var dump = $"{path}/{SysctlDump.Name}";
        return IsProc(proc)
            ? new CaptureRoot(path, proc, $"{path}/sys")
            {
                Settings = !Path.Exists($"{proc}/sys/net") && File.Exists(dump) ? dump : null,
            }
            : IsProc(path) ? new CaptureRoot(path, path, $"{path}/sysfs")
            : null;
    }

    static bool IsProc(string folder) => Array.Exists(Signs, sign => Path.Exists($"{folder}/{sign}"));

    /// <summary>
    /// The moments in a folder, the first one first: itself, or its subfolders in the order of their names. A folder in which there is
    /// nothing but another is looked through.
    /// </summary>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, for lack of permission.</exception>
    internal static List<CaptureRoot> In(string path)
    {
        path = path.Length > 1 ? path.TrimEnd('/') : path;
        for (var depth = 0; depth < Deepest; depth++)
        {
            if (At(path) is { } one)
                return [one];
            var folders = Directory.GetDirectories(path);
            Array.Sort(folders, StringComparer.Ordinal);
            var moments = new List<CaptureRoot>();
            foreach (var folder in folders)
                if (At(folder) is { } moment)
                    moments.Add(moment);
            if (moments.Count > 0 || folders.Length != 1)
                return moments;
            path = folders[0];
        }
        return [];
    }
}
