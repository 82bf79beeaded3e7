namespace TcpAgent.Kernel.Processes;

/// <summary>
/// /proc/PID/stat (proc_pid_stat(5), fs/proc/array.c, do_task_stat): the fields that identify a process. The name may contain any byte, so
/// the fields are counted from its last parenthesis.
/// </summary>
/// <param name="Pid">As the reader's PID namespace numbers it.</param>
/// <param name="State">R, S, D, Z and so on.</param>
/// <param name="Parent">The PID of the parent; 0 if it has none here.</param>
/// <param name="Flags">PF_* of include/linux/sched.h.</param>
/// <param name="StartTime">Clock ticks after the boot.</param>
readonly record struct ProcessStat(int Pid, byte State, int Parent, uint Flags, long StartTime)
{
    const uint PF_KTHREAD = 0x00200000;
    const int ParentField = 4, FlagsField = 9, StartTimeField = 22;

    internal ProcessIdentity Identity => new(Pid, StartTime);

    /// <summary>A thread of the kernel, which has no files and belongs to no program.</summary>
    internal bool IsKernelThread => (Flags & PF_KTHREAD) != 0;

    /// <param name="text">The whole file.</param>
    /// <param name="stat">The default value unless the text is in the kernel's format.</param>
    /// <param name="name">The first 15 bytes of the program's name, unless it has chosen another: any bytes.</param>
    internal static bool TryParse(ReadOnlySpan<byte> text, out ProcessStat stat, out ReadOnlySpan<byte> name)
    {
        stat = default;
        name = default;
        var (begin, end) = (text.IndexOf((byte)'('), text.LastIndexOf((byte)')'));
        if (begin < 1 || end < begin || !text.EndsWith((byte)'\n'))
            return false;
        if (!Cursor.TryParseInt64(text[..(begin - 1)], out var pid) || pid is < 1 or > int.MaxValue || text[begin - 1] != ' ')
            return false;
        var cursor = new Cursor(text[(end + 1)..^1]);
        if (!cursor.TryReadField(out var state) || state.Length != 1)
            return false;
        var (parent, flags, start) = (0L, 0L, 0L);
        for (var field = ParentField; field <= StartTimeField; field++)
        {
            if (!cursor.TryReadInt64(out var value))
                return false;
            (parent, flags, start) = field switch
            {
                ParentField => (value, flags, start),
                FlagsField => (parent, value, start),
                StartTimeField => (parent, flags, value),
                _ => (parent, flags, start),
            };
        }
        if (parent is < 0 or > int.MaxValue || flags is < 0 or > uint.MaxValue || start < 0)
            return false;
        stat = new ProcessStat((int)pid, state[0], (int)parent, (uint)flags, start);
        name = text[(begin + 1)..end];
        return true;
    }
}
