using Microsoft.Win32.SafeHandles;

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

    /// <summary>The stamp of an open file, whatever its path leads to by now.</summary>
    internal static FileStamp Of(SafeFileHandle file) =>
        Libc.statx((int)file.DangerousGetHandle(), "", Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, out var buffer) == 0
            ? new FileStamp(buffer)
            : default;

    /// <summary>Whether both are of one file, however its content has changed. No file is the same as none.</summary>
    internal bool IsSameFile(in FileStamp other) => IsRegular && (_statx.stx_ino, _statx.stx_dev_major, _statx.stx_dev_minor)
        == (other._statx.stx_ino, other._statx.stx_dev_major, other._statx.stx_dev_minor);

    internal long Length => (long)_statx.stx_size;

    /// <summary>True for a regular file: not a pipe, which would block its reader, nor a directory.</summary>
    internal bool IsRegular => (_statx.stx_mode & Libc.S_IFMT) == Libc.S_IFREG;

    internal bool IsReadableByAll => (_statx.stx_mode & Libc.S_IROTH) != 0;

    /// <summary>The time of the last change of content, name or permissions.</summary>
    internal DateTimeOffset Changed => DateTimeOffset.UnixEpoch.AddSeconds(_statx.stx_ctime).AddTicks(_statx.stx_ctime_nsec / 100);
}
