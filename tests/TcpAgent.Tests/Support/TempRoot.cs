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

    /// <summary>A link to a folder, which need not be there yet.</summary>
    internal void Link(string name, string target) => Directory.CreateSymbolicLink(Path.Combine(_path, name), target);

    /// <summary>Deletes a folder with all that is in it, if it is there.</summary>
    internal void DeleteFolder(string name)
    {
        if (Directory.Exists(Path.Combine(_path, name)))
            Directory.Delete(Path.Combine(_path, name), recursive: true);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
