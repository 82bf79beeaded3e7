namespace TcpAgent.Kernel.Processes;

/// <summary>/proc/PID/limits (fs/proc/base.c, proc_pid_limits): a name with spaces, the soft limit, the hard limit and a unit.</summary>
static class ProcessLimits
{
    internal static ReadOnlySpan<byte> OpenFiles => "Max open files "u8;

    internal static ReadOnlySpan<byte> AddressSpace => "Max address space "u8;

    /// <summary>
    /// The soft limit, the one that the kernel enforces; the largest long where there is none. Absent if no line has the name.
    /// </summary>
    internal static long Soft(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        var cursor = new Cursor(text);
        while (cursor.TryReadLine(out var line))
        {
            if (!line.Rest.StartsWith(name))
                continue;
            var values = new Cursor(line.Rest[name.Length..]);
            if (!values.TryReadField(out var soft))
                return KernelValue.Absent;
            return soft.SequenceEqual("unlimited"u8) ? long.MaxValue
                : Cursor.TryParseInt64(soft, out var value) && value >= 0 ? value
                : KernelValue.Absent;
        }
        return KernelValue.Absent;
    }
}
