using System.Collections.Concurrent;

namespace TcpAgent.Tests.Support;

/// <summary>The sets of tests/fixtures. Each is assembled whole in a temporary folder when it is first asked for.</summary>
static class Fixtures
{
    static readonly ConcurrentDictionary<string, Lazy<string>> s_assembled = new();
    static readonly Lazy<string> s_temporary = new(MakeFolder);

    internal static string[] Sets { get; } = Trees();

    /// <summary>The trees in tests/fixtures/bases, which sets are overlays of.</summary>
    internal static string[] Bases { get; } = Trees("bases");

    /// <summary>A file in the tree. A set has only files that differ from its base, and the expected ones.</summary>
    internal static string Kept(params string[] parts) => Repo.Path(["tests", "fixtures", .. parts]);

    /// <summary>The whole set.</summary>
    internal static string Root(string set) => s_assembled.GetOrAdd(set, set => new Lazy<string>(() => Assemble(set))).Value;

    internal static string Proc(string set) => Path.Combine(Root(set), "proc");

    internal static string Sys(string set) => Path.Combine(Root(set), "sys");

    /// <summary>One file of every set that has it.</summary>
    internal static IEnumerable<(string Set, byte[] Text)> Files(string name) =>
        from set in Sets
        let path = Path.Combine(Root(set), name)
        where File.Exists(path)
        select (set, File.ReadAllBytes(path));

    static string[] Trees(params string[] parts) =>
        [.. Directory.GetDirectories(Kept(parts)).Where(folder => new Overlay(folder).IsTree)
            .Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    static string Assemble(string set)
    {
        var root = Path.Combine(s_temporary.Value, set);
        new Overlay(Kept(set)).CopyTo(root);
        return root;
    }

    static string MakeFolder()
    {
        var folder = Directory.CreateTempSubdirectory("tcp-agent-fixtures-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}
