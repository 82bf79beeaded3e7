using TcpAgent.Kernel;

namespace TcpAgent.Fuzz;

/// <summary>A folder in memory in place of both /proc and /sys, emptied before each input.</summary>
static class Folder
{
    /// <summary>Stands between the files of one moment.</summary>
    internal const byte FileSeparator = 0x1e;

    /// <summary>Stands between one moment and the next.</summary>
    internal const byte TickSeparator = 0x1d;

    static readonly Lazy<string> s_path = new(Create);

    internal static KernelRoot Root => new(s_path.Value, s_path.Value, Live: false);

    internal static string File(string name) => Path.Combine(s_path.Value, name);

    /// <summary>Writes the parts of the input to the files in their order; what has no part is not there.</summary>
    internal static void Write(string[] names, byte[] input)
    {
        var parts = FuzzTargets.Split(input, FileSeparator);
        for (var i = 0; i < names.Length; i++)
        {
            if (i < parts.Count)
                Write(names[i], parts[i]);
            else
                System.IO.File.Delete(File(names[i]));
        }
    }

    internal static void Write(string name, ReadOnlySpan<byte> bytes) => System.IO.File.WriteAllBytes(File(name), bytes);

    static string Create()
    {
        var path = Directory.Exists("/dev/shm") ? $"/dev/shm/tcp-agent-fuzz-{Environment.ProcessId}" : Directory.CreateTempSubdirectory("tcp-agent-").FullName;
        foreach (var name in ProcTargets.AllFiles)
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(path, name))!);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(path, recursive: true);
        return path;
    }
}
