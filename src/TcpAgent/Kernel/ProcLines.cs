using System.Text;
using TcpAgent.System;

namespace TcpAgent.Kernel;

/// <summary>
/// Reads a kernel file line by line through one small buffer, for files too large for memory: /proc/net/tcp has 150 bytes per socket.
/// </summary>
sealed class ProcLines(string path)
{
    const int Capacity = 64 * 1024;

    readonly byte[] _path = Encoding.UTF8.GetBytes(path + '\0');
    readonly byte[] _buffer = new byte[Capacity];
    int _fd = -1;
    int _start;
    int _end;
    long _offset;

    internal string Path { get; } = path;

    /// <summary>Opens the file at its beginning. Returns 0 or the errno.</summary>
    internal int Begin()
    {
        End();
        _fd = Libc.open(_path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        _start = _end = 0;
        _offset = 0;
        return _fd < 0 ? Libc.Errno : 0;
    }

    /// <summary>Returns the next whole line; false at the end or on an error, which <paramref name="errno"/> distinguishes.</summary>
    internal bool TryRead(out Cursor line, out int errno)
    {
        errno = 0;
        while (true)
        {
            var text = new Cursor(_buffer.AsSpan(_start, _end - _start));
            if (text.TryReadLine(out line))
            {
                _start = _end - text.Rest.Length;
                return true;
            }
            errno = Fill(out var atEnd);
            if (errno == 0 && !atEnd)
                continue;
            IsTorn = errno == 0 && _end > _start;
            End();
            return false;
        }
    }

    /// <summary>True if the last read ended in a line without a newline, or longer than the buffer.</summary>
    internal bool IsTorn { get; private set; }

    int Fill(out bool atEnd)
    {
        atEnd = false;
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length)
        {
            atEnd = true;
            return 0;
        }
        while (true)
        {
            var n = Libc.pread(_fd, _buffer.AsSpan(_end), (nuint)(_buffer.Length - _end), _offset);
            if (n < 0 && Libc.Errno == Libc.EINTR)
                continue;
            if (n < 0)
                return Libc.Errno;
            _offset += n;
            _end += (int)n;
            atEnd = n == 0;
            return 0;
        }
    }

    void End()
    {
        if (_fd >= 0)
            _ = Libc.close(_fd);
        _fd = -1;
    }
}
