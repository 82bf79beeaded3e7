using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Support;

/// <summary>A folder in place of both /proc and /sys.</summary>
sealed class TempRoot : IDisposable
{
    readonly string _path = Directory.CreateTempSubdirectory("tcp-agent-").FullName;

    internal KernelRoot Kernel => new(_path, _path, Live: false);

    internal void Write(string name, string text) => Write(name, Encoding.Latin1.GetBytes(text));

    internal void Write(string name, ReadOnlySpan<byte> text)
    {
        var path = Path.Combine(_path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, text);
    }

    internal void Delete(string name) => File.Delete(Path.Combine(_path, name));

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
