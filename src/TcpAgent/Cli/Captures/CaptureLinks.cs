namespace TcpAgent.Cli;

/// <summary>
/// Two links in a temporary folder, proc and sys, that lead to one moment of a capture and then to the next: sources keep the path that
/// they were made with.
/// </summary>
sealed class CaptureLinks : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tcp-agent-from-").FullName;

    internal string ProcFs => $"{_folder}/proc";

    internal string SysFs => $"{_folder}/sys";

    internal void LeadTo(CaptureRoot root)
    {
        foreach (var (link, target) in ((string, string)[])[(ProcFs, WithSettings(root)), (SysFs, root.SysFs)])
        {
            File.Delete(link);
            Directory.CreateSymbolicLink(link, Path.GetFullPath(target));
        }
    }

    /// <summary>The folder of the capture, or one with links to what it has and with the settings that it has elsewhere.</summary>
    string WithSettings(CaptureRoot root)
    {
        if (root.Settings is not { } dump)
            return root.ProcFs;
        var whole = Directory.CreateDirectory($"{_folder}/{Path.GetRandomFileName()}").FullName;
        SysctlDump.Write(dump, $"{whole}/sys");
        foreach (var entry in Directory.EnumerateFileSystemEntries(root.ProcFs))
            if (!Path.Exists($"{whole}/{Path.GetFileName(entry)}"))
                File.CreateSymbolicLink($"{whole}/{Path.GetFileName(entry)}", Path.GetFullPath(entry));
        return whole;
    }

    /// <summary>Names the file that was meant.</summary>
    internal string Undo(string text, CaptureRoot root) =>
        text.Replace(ProcFs, root.ProcFs, StringComparison.Ordinal).Replace(SysFs, root.SysFs, StringComparison.Ordinal);

    /// <summary>Deletes the links, not what they lead to.</summary>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
