using TcpAgent.Kernel;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>Which local ports the kernel chooses from, of TCP and of UDP alike: the range, and the ports of it that are reserved.</summary>
sealed class PortSettings(KernelRoot root) : IDisposable
{
    /// <summary>Room for a list of some length; a longer one makes the buffer grow.</summary>
    const int ReservedCapacity = 4096;

    /// <summary>Doubled so often the buffer holds the longest list there can be, every second port: 190 KiB.</summary>
    const int ReservedReads = 7;

    const int DefaultReuseDelay = 1000;

    readonly ProcFile _range = root.Proc("sys/net/ipv4/ip_local_port_range", ProcFile.ValueCapacity);
    readonly ProcFile _reserved = root.Proc("sys/net/ipv4/ip_local_reserved_ports", ReservedCapacity);

    /// <summary>Since 6.13; a second before.</summary>
    readonly ProcFile _reuseDelay = root.Proc("sys/net/ipv4/tcp_tw_reuse_delay", ProcFile.ValueCapacity);

    internal ushort First { get; private set; }

    internal ushort Last { get; private set; }

    /// <summary>Where an error came from.</summary>
    internal string Where { get; private set; } = "";

    /// <summary>Returns the errno; EBADMSG when a setting is not in the kernel's format.</summary>
    /// <param name="reserved">Emptied, then filled with the reserved ports.</param>
    internal int Read(PortList reserved)
    {
        var errno = ReadRange();
        return errno == 0 ? ReadReserved(reserved) : errno;
    }

    /// <summary>"32768\t60999\n"</summary>
    int ReadRange()
    {
        Where = _range.Path;
        (First, Last) = (0, 0);
        var errno = _range.Read(out var text, out _);
        if (errno != 0)
            return errno;
        var cursor = new Cursor(text);
        if (!cursor.TryReadSetting(out var line) || !line.TryReadField(out var low) || !PortList.TryParsePort(low, out var first)
            || !line.TryReadField(out var high) || !PortList.TryParsePort(high, out var last) || first > last)
            return Libc.EBADMSG;
        (First, Last) = (first, last);
        return 0;
    }

    int ReadReserved(PortList reserved)
    {
        Where = _reserved.Path;
        reserved.Clear();
        ReadOnlySpan<byte> text = default;
        var (before, isWhole) = (-1, false);
        for (var reads = 0; reads < ReservedReads && !text.EndsWith("\n"u8) && !isWhole; reads++)
        {
            // The kernel cuts the list to the room there is, and gives nothing at an offset (kernel/sysctl.c, proc_do_large_bitmap): a
            // list without its newline is read again, from the start, with the room that the read before has made.
            var errno = _reserved.Read(out text, out _);

            // Before 3.16 only the first namespace has the list.
            if (errno != 0)
                return errno == Libc.ENOENT ? 0 : errno;

            // What more room makes no longer was not cut: some kernels end it without a newline (gVisor).
            isWhole = text.Length == before;
            before = text.Length;
        }
        return reserved.TryAdd(text, isWhole) ? 0 : Libc.EBADMSG;
    }

    /// <summary>
    /// Milliseconds that a TIME_WAIT must be old for connect() to take its port, 0 to 60,000 (net/ipv4/tcp_ipv4.c, tcp_twsk_unique). Of TCP
    /// alone, so read for itself.
    /// </summary>
    internal int ReadReuseDelay()
    {
        if (_reuseDelay.Read(out var text, out _) != 0)
            return DefaultReuseDelay;
        var cursor = new Cursor(text);
        return cursor.TryReadSetting(out var line) && line.TryReadInt64(out var value)
            ? (int)Math.Clamp(value, 0, PortScan.TimeWaitMilliseconds)
            : DefaultReuseDelay;
    }

    /// <summary>Whether the settings are other than at the last read, or at the last call. Never during a read.</summary>
    internal bool HaveChanged()
    {
        _range.Read(out _, out var isSameRange);
        _reserved.Read(out _, out var isSameList);
        return !isSameRange || !isSameList;
    }

    internal void Close()
    {
        _range.Close();
        _reserved.Close();
        _reuseDelay.Close();
    }

    public void Dispose()
    {
        _range.Dispose();
        _reserved.Dispose();
        _reuseDelay.Dispose();
    }
}
