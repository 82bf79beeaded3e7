namespace TcpAgent.Tests.Support;

/// <summary>A file in the tree that holds what a test expects. With UPDATE=1, which make golden sets, the test rewrites it.</summary>
static class GoldenFile
{
    internal static bool IsUpdate => Environment.GetEnvironmentVariable("UPDATE") == "1";

    internal static void AssertEquals(string path, string actual)
    {
        if (IsUpdate)
            File.WriteAllText(path, actual);
        Assert.True(File.Exists(path), $"{path} is missing: make golden writes it");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
