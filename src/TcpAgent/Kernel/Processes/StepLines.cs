using TcpAgent.System;

namespace TcpAgent.Kernel.Processes;

/// <summary>
/// Reads a file of a process line by line in small steps. The kernel makes only as much of /proc/PID/net/tcp as one read asks for, so a
/// reader that stops after the listeners, which come first, does not pay for the sockets of the whole host (fs/seq_file.c, seq_read_iter).
/// </summary>
sealed class StepLines
{
    /// <summary>The length of a line of net/tcp; those of net/tcp6 have a few more.</summary>
    const int Step = 150;

    const int Capacity = 8 * Step;

    readonly byte[] _buffer = new byte[Capacity];
    int _fd = -1;
    int _start;
    int _end;
    long _offset;

    /// <summary>Returns 0 or the errno.</summary>
    /// <param name="folder">An open process.</param>
    /// <param name="name">Ends with a NUL byte.</param>
    internal int Begin(ProcessFolder folder, ReadOnlySpan<byte> name)
    {
        End();
        (_start, _end, _offset) = (0, 0, 0);
        _fd = folder.OpenFile(name);
        return _fd < 0 ? Libc.Errno : 0;
    }

    /// <summary>The next whole line; false at the end of the file or at an error.</summary>
    internal bool TryRead(out Cursor line)
    {
        while (true)
        {
            var text = new Cursor(_buffer.AsSpan(_start, _end - _start));
            if (text.TryReadLine(out line))
            {
                _start = _end - text.Rest.Length;
                return true;
            }
            if (_fd < 0 || !TryFill())
                return false;
        }
    }

    bool TryFill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var room = Math.Min(Step, _buffer.Length - _end);
        var n = room == 0 ? 0 : Libc.pread(_fd, _buffer.AsSpan(_end, room), (nuint)room, _offset);
        _end += (int)Math.Max(0, n);
        _offset += Math.Max(0, n);
        return n > 0;
    }

    internal void End()
    {
        if (_fd >= 0)
            _ = Libc.close(_fd);
        _fd = -1;
    }
}
