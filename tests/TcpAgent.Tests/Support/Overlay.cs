namespace TcpAgent.Tests.Support;

/// <summary>
/// A folder with a tree of /proc and /sys. If it has a file "overlay", it holds only what differs from another such folder, its base.
/// The lines of that file are "base FOLDER", relative to this one, then "absent PATH" for each file or folder that only the base has.
/// </summary>
sealed class Overlay(string folder)
{
    static readonly string[] s_trees = ["proc", "sys"];

    string Manifest => Path.Combine(folder, "overlay");

    internal string[] Lines => File.Exists(Manifest) ? File.ReadAllLines(Manifest) : [];

    internal bool IsTree => Lines.Length > 0 || Own.Any();

    /// <summary>The folder's own files, by their path in the tree.</summary>
    internal IEnumerable<string> Own =>
        from tree in s_trees
        let root = Path.Combine(folder, tree)
        where Directory.Exists(root)
        from file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
        select Path.GetRelativePath(folder, file);

    /// <summary>The whole tree: each path and the file that has its content.</summary>
    internal Dictionary<string, string> Resolve()
    {
        var files = new Dictionary<string, string>();
        foreach (var line in Lines)
            switch (line.Split(' '))
            {
                case ["base", var name]:
                    files = new Overlay(Path.GetFullPath(Path.Combine(folder, name))).Resolve();
                    break;
                case ["absent", var path] when files.Keys.Where(file => IsIn(path, file)).ToArray() is { Length: > 0 } gone:
                    Array.ForEach(gone, file => files.Remove(file));
                    break;
                default:
                    throw new InvalidDataException($"{Manifest}: '{line}' is neither a base nor something that the base has");
            }
        foreach (var path in Own)
            files[path] = Path.Combine(folder, path);
        return files;
    }

    internal void CopyTo(string root)
    {
        foreach (var (path, file) in Resolve())
        {
            var copy = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>The least that it must hold over a base to keep its tree.</summary>
    internal (string[] Lines, string[] Own) Over(string name)
    {
        var whole = Resolve();
        var below = new Overlay(Path.GetFullPath(Path.Combine(folder, name))).Resolve();
        var absent = below.Keys.Where(path => !whole.ContainsKey(path)).Select(path => Highest(path, whole.Keys)).Distinct();
        var own = whole.Keys.Where(path => !below.TryGetValue(path, out var file) || !IsSame(whole[path], file));
        return (
            [$"base {name}", .. absent.Order(StringComparer.Ordinal).Select(path => $"absent {path}")],
            [.. own.Order(StringComparer.Ordinal)]);
    }

    /// <summary>Keeps only these lines and files.</summary>
    internal void Reduce(string[] lines, string[] own)
    {
        var (whole, kept) = (Resolve(), own.ToHashSet());
        foreach (var path in own.Where(path => whole[path] != Path.Combine(folder, path)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
            File.Copy(whole[path], Path.Combine(folder, path));
        }
        foreach (var path in Own.Where(path => !kept.Contains(path)).ToArray())
            File.Delete(Path.Combine(folder, path));
        File.WriteAllLines(Manifest, lines);
    }

    /// <summary>The path, or the highest folder around it that holds none of the files.</summary>
    static string Highest(string path, IEnumerable<string> files)
    {
        var parts = path.Split('/');
        return Enumerable.Range(1, parts.Length).Select(count => string.Join('/', parts[..count]))
            .First(part => !files.Any(file => IsIn(part, file)));
    }

    static bool IsSame(string file, string other) => File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(other));

    static bool IsIn(string path, string file) => file == path || file.StartsWith($"{path}/", StringComparison.Ordinal);
}
