namespace TcpAgent.Lab.Support;

/// <summary>A copy of a recorded /proc whose files a test may damage; replaced whole, so that no read sees half of a change.</summary>
sealed class ProcCopy : IDisposable
{
    internal ProcCopy(string set)
    {
        var from = Fixtures.Proc(set);
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Root, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    internal string Root { get; } = Directory.CreateTempSubdirectory("tcp-agent-proc-").FullName;

    internal string Flag => $"--path.procfs={Root}";

    internal string PathOf(string name) => Path.Combine(Root, name);

    internal byte[] Read(string name) => File.ReadAllBytes(PathOf(name));

    internal void Write(string name, byte[] text)
    {
        File.WriteAllBytes(PathOf(name) + ".new", text);
        File.Move(PathOf(name) + ".new", PathOf(name), overwrite: true);
    }

    /// <summary>Replaces the file with a pipe: opening it blocks until somebody writes.</summary>
    internal async Task Hang(string name)
    {
        await Child.Run(Require.Tool("mkfifo", "coreutils"), PathOf(name) + ".new");
        File.Move(PathOf(name) + ".new", PathOf(name), overwrite: true);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
