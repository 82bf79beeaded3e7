using System.Globalization;
using System.Text;

namespace TcpAgent.Lab.Support;

/// <summary>
/// A control group with a limit of memory, cgroup v2 or v1, whichever this machine has. Removed with its processes, which the caller has
/// ended by then.
/// </summary>
sealed class MemoryGroup : IDisposable
{
    const string Root = "/sys/fs/cgroup", FirstRoot = $"{Root}/memory";

    static int s_count;

    readonly string _folder;

    MemoryGroup(string parent, long limit)
    {
        IsUnified = !Directory.Exists(FirstRoot);
        _folder = Path.Combine(parent, $"tcp-agent-lab-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}");
        Directory.CreateDirectory(_folder);
        try
        {
            Write(IsUnified ? "memory.max" : "memory.limit_in_bytes", $"{limit}");
            if (IsUnified && File.Exists(At("memory.swap.max")))
                Write("memory.swap.max", "0");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether this is cgroup v2, which charges the buffers of sockets too.</summary>
    internal bool IsUnified { get; }

    /// <summary>A container often sees no memory controller, or one that it may not write.</summary>
    internal static MemoryGroup Create(long limit)
    {
        Require.Root();
        var root = Directory.Exists(FirstRoot) ? FirstRoot : Root;
        try
        {
            return new MemoryGroup(root, limit);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Skip.If(true, $"no memory controller in {root}: {e.Message}");
            throw;
        }
    }

    /// <summary>A group inside this one, so that both limits hold.</summary>
    internal MemoryGroup CreateInside(long limit)
    {
        if (IsUnified)
            Write("cgroup.subtree_control", "+memory");
        return new MemoryGroup(_folder, limit);
    }

    /// <summary>Runs a program in the group from its first instruction on.</summary>
    internal Child Start(string file, string[] arguments, IDictionary<string, string>? environment = null) => Child.Start(
        "/bin/sh", ["-c", "echo $$ >\"$0\" && exec \"$@\"", At("cgroup.procs"), file, .. arguments], environment);

    /// <summary>How many processes of the group the kernel has killed for lack of memory.</summary>
    internal long Killed => Field(IsUnified ? "memory.events" : "memory.oom_control", "oom_kill ");

    /// <summary>The most that was ever charged, in bytes.</summary>
    internal long Peak => long.Parse(
        File.ReadAllText(At(IsUnified ? "memory.peak" : "memory.max_usage_in_bytes")), CultureInfo.InvariantCulture);

    long Field(string file, string name) => long.Parse(
        File.ReadLines(At(file)).Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..],
        CultureInfo.InvariantCulture);

    string At(string file) => Path.Combine(_folder, file);

    void Write(string file, string value)
    {
        using var opened = new FileStream(At(file), FileMode.Open, FileAccess.Write);
        opened.Write(Encoding.ASCII.GetBytes(value));
    }

    public void Dispose()
    {
        for (var tries = 0; Directory.Exists(_folder); tries++)
        {
            try
            {
                Directory.Delete(_folder);
            }
            catch (IOException) when (tries < 50)
            {
                // A process that was killed leaves its group a moment later.
                Thread.Sleep(100);
            }
        }
    }
}
