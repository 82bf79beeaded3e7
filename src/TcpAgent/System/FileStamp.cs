namespace TcpAgent.System;

/// <summary>
/// Identifies one version of a file, to detect changes; follows links. The default value means that there is no file (statx(2)).
/// </summary>
readonly record struct FileStamp
{
    readonly Statx _statx;

    FileStamp(in Statx statx) => _statx = statx;

    internal static FileStamp Of(string path) => Libc.statx(Libc.AT_FDCWD, path, 0, Libc.STATX_BASIC_STATS, out var buffer) == 0
        ? new FileStamp(buffer)
        : default;

    /// <summary>True for a regular file: not a pipe, which would block its reader, nor a directory.</summary>
    internal bool IsRegular => (_statx.stx_mode & Libc.S_IFMT) == Libc.S_IFREG;

    internal bool IsReadableByAll => (_statx.stx_mode & Libc.S_IROTH) != 0;

    /// <summary>The time of the last change of content, name or permissions.</summary>
    internal DateTimeOffset Changed => DateTimeOffset.UnixEpoch.AddSeconds(_statx.stx_ctime).AddTicks(_statx.stx_ctime_nsec / 100);
}
