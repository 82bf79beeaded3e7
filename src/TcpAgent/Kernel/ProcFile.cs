using System.Runtime.CompilerServices;
using System.Text;

namespace TcpAgent.Kernel;

/// <summary>
/// One kernel file, opened once and re-read from offset 0, which gives fresh content each time (fs/seq_file.c, fs/proc).
/// The buffer is owned, grows to what the file needs and stays: a read allocates nothing after that. The descriptor is a bare
/// number, not a SafeHandle, because files that are not kept open are opened anew for each read.
/// </summary>
sealed class ProcFile(string path, int capacity, bool keepOpen) : IDisposable
{
    /// <summary>/proc/net tables: netstat alone is over 4 KiB.</summary>
    internal const int TableCapacity = 16 * 1024;

    /// <summary>/proc/sys values: the kernel zeroes the whole requested length, so the buffer is small.</summary>
    internal const int ValueCapacity = 64;

    /// <summary>
    /// Iterated files hand out whole records up to a page (fs/seq_file.c), and no record is half a page long: a read of less, with
    /// room for more, was the last. Most files are read in one call that way.
    /// </summary>
    const int FullRead = 2048;

    const int MaxLength = 64 * 1024 * 1024;

    readonly byte[] _path = Encoding.UTF8.GetBytes(path + '\0');
    byte[] _buffer = new byte[capacity];
    int _fd = -1;

    internal string Path { get; } = path;

    /// <summary>Reads the whole file. Returns 0 or the errno; <paramref name="text"/> is valid until the next read.</summary>
    internal int Read(out ReadOnlySpan<byte> text)
    {
        var wasOpen = _fd >= 0;
        var errno = ReadOnce(out var length);
        if (errno != 0 && wasOpen)
        {
            // A module that was unloaded and loaded again leaves the old descriptor dead (EIO, ENOENT): open it anew, once.
            Close();
            errno = ReadOnce(out length);
        }
        if (errno != 0 || !keepOpen)
            Close();
        text = _buffer.AsSpan(0, length);
        return errno;
    }

    int ReadOnce(out int length)
    {
        length = 0;
        if (_fd < 0)
            _fd = Libc.open(_path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        if (_fd < 0)
            return Libc.Errno;

        while (true)
        {
            if (length == _buffer.Length && !Grow())
                return Fail(Libc.EFBIG, out length);
            var room = _buffer.Length - length;
            var n = Libc.pread(_fd, _buffer.AsSpan(length), (nuint)room, length);
            length += (int)Math.Max(n, 0);
            if (n >= 0 && n < Math.Min(room, FullRead))
                return 0;
            if (n >= 0)
                continue;
            if (Libc.Errno != Libc.EINTR)
                return Fail(Libc.Errno, out length);
        }
    }

    static int Fail(int errno, out int length)
    {
        length = 0;
        return errno;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    bool Grow()
    {
        if (_buffer.Length >= MaxLength)
            return false;
        Array.Resize(ref _buffer, _buffer.Length * 2);
        return true;
    }

    /// <summary>Forgets the descriptor; the next read opens the path again.</summary>
    internal void Close()
    {
        if (_fd >= 0)
            _ = Libc.close(_fd);
        _fd = -1;
    }

    public void Dispose() => Close();
}
