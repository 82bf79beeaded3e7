using TcpAgent.Kernel;

namespace TcpAgent.Fuzz;

/// <summary>A folder in memory that replaces both /proc and /sys, emptied before each input.</summary>
static class Folder
{
    /// <summary>Separates the files of one moment.</summary>
    internal const byte FileSeparator = 0x1e;

    /// <summary>Separates one moment from the next.</summary>
    internal const byte TickSeparator = 0x1d;

    static readonly Lazy<string> s_path = new(Create);

    internal static KernelRoot Root => new(s_path.Value, s_path.Value, Live: false);

    internal static string File(string name) => Path.Combine(s_path.Value, name);

    /// <summary>Writes the parts of the input to the files, in order; a file without a part does not exist.</summary>
    internal static void Write(string[] names, byte[] input)
    {
        var parts = FuzzTargets.Split(input, FileSeparator);
        for (var i = 0; i < names.Length; i++)
        {
            if (i < parts.Count)
                Write(names[i], parts[i]);
            else
                global::System.IO.File.Delete(File(names[i]));
        }
    }

    internal static void Write(string name, ReadOnlySpan<byte> bytes) => global::System.IO.File.WriteAllBytes(File(name), bytes);

    static string Create()
    {
        const string Prefix = "tcp-agent-fuzz-";
        var parent = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        var path = Path.Combine(parent, $"{Prefix}{Environment.ProcessId}");

        // libFuzzer ends the process without a clean-up by the runtime; the next process removes what is left.
        foreach (var left in Directory.GetDirectories(parent, $"{Prefix}*"))
            if (!Directory.Exists($"/proc/{Path.GetFileName(left)[Prefix.Length..]}"))
                Directory.Delete(left, recursive: true);
        foreach (var name in ProcTargets.AllFiles)
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(path, name))!);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(path, recursive: true);
        return path;
    }
}
