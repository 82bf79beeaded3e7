namespace TcpAgent.Kernel.Processes;

/// <summary>/proc/PID/task/TID/schedstat (fs/proc/base.c, proc_pid_schedstat), of one thread.</summary>
/// <param name="Run">Nanoseconds on a CPU.</param>
/// <param name="Wait">Nanoseconds in which it could run and had no CPU, because others ran or a quota was used up.</param>
readonly record struct ThreadTime(long Run, long Wait)
{
    internal static bool TryParse(ReadOnlySpan<byte> text, out ThreadTime time)
    {
        time = default;
        var cursor = new Cursor(text);
        if (!cursor.TryReadLine(out var line) || !line.TryReadInt64(out var run) || !line.TryReadInt64(out var wait) || run < 0 || wait < 0)
            return false;
        time = new ThreadTime(run, wait);
        return true;
    }
}
