namespace TcpAgent.Lab.Support;

/// <summary>
/// What a lab test needs of the machine. Without it the test is skipped, except under CI, where a test that cannot run is a
/// failure.
/// </summary>
static class Require
{
    internal static bool IsCi => Environment.GetEnvironmentVariable("CI") is not null;

    internal static string Tool(string name, string package)
    {
        foreach (var folder in (string[])["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"])
            if (File.Exists($"{folder}/{name}"))
                return $"{folder}/{name}";
        Missing($"{name} is not installed (package {package})");
        return name;
    }

    internal static void Root()
    {
        if (!Environment.IsPrivilegedProcess)
            Missing("this test needs root");
    }

    internal static void That(bool condition, string what)
    {
        if (!condition)
            Missing(what);
    }

    static void Missing(string what)
    {
        Assert.False(IsCi, $"under CI: {what}");
        Skip.If(true, what);
    }
}
