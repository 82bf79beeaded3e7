namespace TcpAgent.Kernel.Cgroups;

/// <summary>
/// What the memory limit of a cgroup, or of one above it, did to its own sockets: memory.events.local (cgroup v2, cgroup-v2.rst). Used by
/// one thread at a time; allocates nothing.
/// </summary>
sealed class MemoryEvents
{
    const int Capacity = 1_024;

    readonly byte[] _text = new byte[Capacity];

    /// <summary>
    /// Times that sockets of the cgroup had to do with less memory than they asked for: windows stay small, and what arrives may be
    /// dropped. Absent before Linux 6.19, without the memory controller, and where the file cannot be read.
    /// </summary>
    internal long SocketThrottles(Cgroup cgroup)
    {
        var length = cgroup.Read("/memory.events.local\0"u8, _text);
        return Parse(_text.AsSpan(0, Math.Max(0, length)));
    }

    /// <summary>The count in the file's text; absent without the line.</summary>
    internal static long Parse(ReadOnlySpan<byte> text)
    {
        var cursor = new Cursor(text);
        while (cursor.TryReadLine(out var line))
            if (line.TryReadField(out var name) && name.SequenceEqual("sock_throttled"u8))
                return line.TryReadInt64(out var value) && value >= 0 ? value : KernelValue.Absent;
        return KernelValue.Absent;
    }
}
