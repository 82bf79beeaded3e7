namespace TcpAgent.Tests.Support;

/// <summary>Where the repository is, found from the assembly upward: the tests' own Repo, without its assertions.</summary>
static class Repo
{
    internal static string Path(params string[] parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(global::System.IO.Path.Combine(folder.FullName, "TcpAgent.sln")))
                return global::System.IO.Path.Combine([folder.FullName, .. parts]);
        throw new InvalidOperationException("TcpAgent.sln is in no folder above the benchmarks");
    }
}
