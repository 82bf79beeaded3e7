namespace TcpAgent.Tests.Support;

sealed class TempFolder : IDisposable
{
    readonly string _path = Directory.CreateTempSubdirectory("tcp-agent-").FullName;

    internal string File(string name) => Path.Combine(_path, name);

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
