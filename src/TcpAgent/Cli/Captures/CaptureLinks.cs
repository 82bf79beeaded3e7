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
        foreach (var (link, target) in ((string, string)[])[(ProcFs, root.ProcFs), (SysFs, root.SysFs)])
        {
            File.Delete(link);
            Directory.CreateSymbolicLink(link, Path.GetFullPath(target));
        }
    }

    /// <summary>Names the file that was meant.</summary>
    internal string Undo(string text, CaptureRoot root) =>
        text.Replace(ProcFs, root.ProcFs, StringComparison.Ordinal).Replace(SysFs, root.SysFs, StringComparison.Ordinal);

    /// <summary>Deletes the links, not what they lead to.</summary>
    public void Dispose()
    {
        File.Delete(ProcFs);
        File.Delete(SysFs);
        Directory.Delete(_folder);
    }
}
