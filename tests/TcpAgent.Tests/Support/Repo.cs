namespace TcpAgent.Tests.Support;

/// <summary>The repository the tests were built in.</summary>
static class Repo
{
    internal static string Root { get; } = Find();

    internal static string Fixtures => Path.Combine(Root, "tests", "fixtures");

    internal static string[] FixtureSets =>
        [.. Directory.GetDirectories(Fixtures).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    /// <summary>One file of every fixture set that has it.</summary>
    internal static IEnumerable<(string Set, byte[] Text)> FixtureFiles(string name) =>
        from set in FixtureSets
        let path = Path.Combine(Fixtures, set, name)
        where File.Exists(path)
        select (set, File.ReadAllBytes(path));

    static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "TcpAgent.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no TcpAgent.sln above the tests");
        return folder;
    }
}
