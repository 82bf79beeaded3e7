using System.Runtime.CompilerServices;
using System.Text;
using TcpAgent.System;

namespace TcpAgent.Kernel;

/// <summary>
/// One kernel file, opened once and re-read from offset 0, which gives fresh content each time (fs/seq_file.c, fs/proc).
/// The buffer is owned, grows to what the file needs and stays: a read allocates nothing after that. The descriptor is a bare
/// number, not a SafeHandle, because files that are not kept open are opened anew for each read.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="capacity">Bytes of the buffer at first, above 0.</param>
/// <param name="keepOpen">Whether the file stays open from read to read.</param>
/// <param name="isRecord">The kernel gives the whole text as one record (single_open): a read with room to spare has all of it.</param>
sealed class ProcFile(string path, int capacity, bool keepOpen, bool isRecord = false) : IDisposable
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

    const int NeverRead = -1;

    const int MaxLength = 64 * 1024 * 1024;

    readonly byte[] _path = Encoding.UTF8.GetBytes(path + '\0');
    byte[] _buffer = new byte[capacity];
    int _length;
    int _fd = -1;

    /// <summary>What the read before gave, for whoever asks whether it is the same; else empty.</summary>
    byte[] _last = [];
    int _lastLength;
    int _lastErrno = NeverRead;

    internal string Path { get; } = path;

    /// <summary>What the last read gave; empty after a failure.</summary>
    internal ReadOnlySpan<byte> Text => _buffer.AsSpan(0, _length);

    /// <summary>Reads the whole file and tells whether it is as at the last such read: the same text or the same error.</summary>
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
            // A module that was unloaded and loaded again leaves the old descriptor dead (EIO, ENOENT): open it anew, once.
            Close();
            errno = ReadOnce(out _length);
        }
        if (errno != 0 || !keepOpen)
            Close();
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

    /// <summary>Counters gain digits for as long as the host runs: some room beyond the present length.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    void MakeRoom(int length) => _last = new byte[length + length / 4];

    /// <summary>Forgets the descriptor; the next read opens the path again.</summary>
    internal void Close()
    {
        if (_fd >= 0)
            _ = Libc.close(_fd);
        _fd = -1;
    }

    public void Dispose() => Close();
}
