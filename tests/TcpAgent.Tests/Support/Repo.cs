namespace TcpAgent.Tests.Support;

/// <summary>Where the repository is, found from the running assembly upward.</summary>
static class Repo
{
    internal static string Root { get; } = Find();

    internal static string Path(params string[] parts) => global::System.IO.Path.Combine([Root, .. parts]);

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(global::System.IO.Path.Combine(folder.FullName, "TcpAgent.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"TcpAgent.sln is in no folder above {AppContext.BaseDirectory}");
    }
}
