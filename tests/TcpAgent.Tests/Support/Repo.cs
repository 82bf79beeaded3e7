namespace TcpAgent.Tests.Support;

/// <summary>Where the repository is, found from the test assembly upward.</summary>
static class Repo
{
    internal static string Root { get; } = Find();

    internal static string Fixtures => Path("tests", "fixtures");

    internal static string[] FixtureSets =>
        [.. Directory.GetDirectories(Fixtures).Where(folder => Directory.Exists($"{folder}/proc"))
            .Select(folder => global::System.IO.Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    internal static string Path(params string[] parts) => global::System.IO.Path.Combine([Root, .. parts]);

    /// <summary>One file of every fixture set that has it.</summary>
    internal static IEnumerable<(string Set, byte[] Text)> FixtureFiles(string name) =>
        from set in FixtureSets
        let path = global::System.IO.Path.Combine(Fixtures, set, name)
        where File.Exists(path)
        select (set, File.ReadAllBytes(path));

    /// <summary>Tests that compare with a file rewrite it instead when UPDATE=1 is set.</summary>
    internal static void AssertFileEquals(string path, string actual)
    {
        if (Environment.GetEnvironmentVariable("UPDATE") == "1")
            File.WriteAllText(path, actual);
        Assert.True(File.Exists(path), $"{path} is missing: make golden writes it");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(global::System.IO.Path.Combine(folder.FullName, "TcpAgent.sln")))
                return folder.FullName;
        throw new InvalidOperationException("TcpAgent.sln is in no folder above the tests");
    }
}
