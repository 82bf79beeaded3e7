using System.Runtime.CompilerServices;
using System.Text;
using TcpAgent.System;

namespace TcpAgent.Kernel;

/// <summary>
/// One kernel file, opened once and re-read from offset 0, which gives fresh content each time (fs/seq_file.c, fs/proc). It owns its
/// buffer, which grows to the file's size and is kept, so later reads allocate nothing. The descriptor is a bare number, not a SafeHandle,
/// because files that are not kept open are reopened for each read.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="capacity">Initial buffer size in bytes, above 0.</param>
/// <param name="keepOpen">Whether the file stays open between reads.</param>
/// <param name="isRecord">
/// Whether the kernel returns the whole text as one record (single_open): a read with room to spare then has all of it.
/// </param>
sealed class ProcFile(string path, int capacity, bool keepOpen, bool isRecord = false) : IDisposable
{
    /// <summary>The capacity for /proc/net tables: netstat alone is over 4 KiB.</summary>
    internal const int TableCapacity = 16 * 1024;

    /// <summary>The capacity for /proc/sys values, which is small because the kernel zeroes the whole requested length.</summary>
    internal const int ValueCapacity = 64;

    /// <summary>
    /// Iterated files return whole records up to a page (fs/seq_file.c), and no record is half a page long: a shorter read with room for
    /// more was the last. So one call reads most files.
    /// </summary>
    const int FullRead = 2048;

    const int NeverRead = -1;

    /// <summary>Far more than any file of the kernel that is read whole: 60,000 devices need this much.</summary>
    internal const int MaxLength = 8 * 1024 * 1024;

    /// <summary>A buffer above this size is given back when the file has long been much smaller.</summary>
    const int SmallEnough = 64 * 1024;

    const int ReadsUntilGivenBack = 60;

    readonly byte[] _path = Encoding.UTF8.GetBytes(path + '\0');
    byte[] _buffer = new byte[capacity];
    int _length;
    int _fd = -1;

    /// <summary>The result of the previous read, for callers that ask whether it is the same; otherwise empty.</summary>
    byte[] _last = [];
    int _lastLength;
    int _lastErrno = NeverRead;
    int _smallReads;

    internal string Path { get; } = path;

    /// <summary>The result of the last read; empty after a failure.</summary>
    internal ReadOnlySpan<byte> Text => _buffer.AsSpan(0, _length);

    /// <summary>Reads the whole file and reports whether text or error are the same as at the last such read.</summary>
    internal int Read(out ReadOnlySpan<byte> text, out bool isSame)
    {
        var errno = Read(out text);
        isSame = errno == _lastErrno && text.SequenceEqual(_last.AsSpan(0, _lastLength));
        if (isSame)
            return errno;
        if (text.Length > _last.Length)
            MakeRoom(text.Length);
        text.CopyTo(_last);
        (_lastLength, _lastErrno) = (text.Length, errno);
        return errno;
    }

    /// <summary>Reads the whole file. Returns 0 or the errno; <paramref name="text"/> is valid until the next read.</summary>
    internal int Read(out ReadOnlySpan<byte> text)
    {
        var wasOpen = _fd >= 0;
        var errno = ReadOnce(out _length);
        if (errno != 0 && wasOpen)
        {
            // A module that was unloaded and loaded again leaves the old descriptor dead (EIO, ENOENT): reopen it once.
            Close();
            errno = ReadOnce(out _length);
        }
        if (errno != 0 || !keepOpen)
            Close();
        if (_buffer.Length > SmallEnough)
            GiveBack(errno);
        text = Text;
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
            if (n >= 0 && n < (isRecord ? room : Math.Min(room, FullRead)))
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

    /// <summary>A file that was huge once, or is too large to read, must not keep its memory for the life of the process.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    void GiveBack(int errno)
    {
        _smallReads = errno != 0 ? ReadsUntilGivenBack : _length < _buffer.Length / 8 ? _smallReads + 1 : 0;
        if (_smallReads < ReadsUntilGivenBack)
            return;
        _smallReads = 0;
        Array.Resize(ref _buffer, Math.Max(capacity, _length * 2));
        if (_last.Length > _buffer.Length)
            (_last, _lastLength, _lastErrno) = ([], 0, NeverRead);
    }

    /// <summary>Adds some room to the present length, because counters gain digits as long as the host runs.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    void MakeRoom(int length) => _last = new byte[length + length / 4];

    /// <summary>Closes the descriptor; the next read opens the path again.</summary>
    internal void Close()
    {
        if (_fd >= 0)
            _ = Libc.close(_fd);
        _fd = -1;
    }

    public void Dispose() => Close();
}
