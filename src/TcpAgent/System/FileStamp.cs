namespace TcpAgent.System;

/// <summary>What tells that a file is no longer the one that was read, links followed; default: there is none (statx(2)).</summary>
readonly record struct FileStamp
{
    readonly Statx _statx;

    FileStamp(in Statx statx) => _statx = statx;

    internal static FileStamp Of(string path) => Libc.statx(Libc.AT_FDCWD, path, 0, Libc.STATX_BASIC_STATS, out var buffer) == 0
        ? new FileStamp(buffer)
        : default;

    /// <summary>Not a pipe, which would make its reader wait, nor a folder.</summary>
    internal bool IsRegular => (_statx.stx_mode & Libc.S_IFMT) == Libc.S_IFREG;

    internal bool IsReadableByAll => (_statx.stx_mode & Libc.S_IROTH) != 0;

    /// <summary>When content, name or rights last changed.</summary>
    internal DateTimeOffset Changed => DateTimeOffset.UnixEpoch.AddSeconds(_statx.stx_ctime).AddTicks(_statx.stx_ctime_nsec / 100);
}
