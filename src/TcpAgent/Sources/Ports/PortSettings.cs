using TcpAgent.Kernel;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>The local ports from which the kernel chooses, for both TCP and UDP: the range, and its reserved ports.</summary>
sealed class PortSettings(KernelRoot root) : IDisposable
{
    /// <summary>The initial buffer for the list; a longer list makes it grow.</summary>
    const int ReservedCapacity = 4096;

    /// <summary>After this many doublings the buffer holds the longest possible list, every second port: 190 KiB.</summary>
    const int ReservedReads = 7;

    const int DefaultReuseDelay = 1000;

    readonly ProcFile _range = root.Proc("sys/net/ipv4/ip_local_port_range", ProcFile.ValueCapacity);
    readonly ProcFile _reserved = root.Proc("sys/net/ipv4/ip_local_reserved_ports", ReservedCapacity);

    /// <summary>The delay is a sysctl since 6.13; before that it is a second.</summary>
    readonly ProcFile _reuseDelay = root.Proc("sys/net/ipv4/tcp_tw_reuse_delay", ProcFile.ValueCapacity);

    internal ushort First { get; private set; }

    internal ushort Last { get; private set; }

    /// <summary>The place of an error.</summary>
    internal string Where { get; private set; } = "";

    /// <summary>Returns the errno; EBADMSG when a sysctl is not in the kernel's format.</summary>
    /// <param name="reserved">Receives the reserved ports; cleared first.</param>
    internal int Read(PortList reserved)
    {
        var errno = ReadRange();
        return errno == 0 ? ReadReserved(reserved) : errno;
    }

    /// <summary>"32768\t60999\n"</summary>
    internal int ReadRange()
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
            // The kernel truncates the list to the buffer and returns nothing at an offset (kernel/sysctl.c, proc_do_large_bitmap). So a
            // list without a newline is read again from the start, with the larger buffer that the previous read left.
            var errno = _reserved.Read(out text, out _);

            // Before 3.16 only the initial namespace has the list.
            if (errno != 0)
                return errno == Libc.ENOENT ? 0 : errno;

            // A list that does not grow with more room was complete: some kernels end it without a newline (gVisor).
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

    /// <summary>Whether the sysctls have changed since the last read or the last call. Must not be called during a read.</summary>
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
