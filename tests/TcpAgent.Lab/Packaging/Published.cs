using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Packaging;

/// <summary>The shipped executable with its bill of materials, published once into a folder that is removed afterwards.</summary>
public sealed class Published : IAsyncLifetime
{
    internal string Folder { get; } = Directory.CreateTempSubdirectory("tcp-agent-publish-").FullName;

    internal string Program => Path.Combine(Folder, "tcp-agent");

    /// <summary>What dotnet publish alone puts there.</summary>
    internal string[] Files { get; private set; } = [];

    public async Task InitializeAsync()
    {
        await Child.Run("dotnet", "publish", Repo.Path("src", "TcpAgent"), "-c", "Release", "-r", "linux-x64", "-o", Folder);
        Files = Directory.GetFiles(Folder, "*", SearchOption.AllDirectories);
        await Child.Run("python3", Repo.Path("packaging", "components.py"), "linux-x64", Folder);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }
}

/// <summary>Two publishes at once would write the same intermediate files.</summary>
[CollectionDefinition(Name)]
public sealed class PublishedOnce : ICollectionFixture<Published>
{
    public const string Name = "published";
}
