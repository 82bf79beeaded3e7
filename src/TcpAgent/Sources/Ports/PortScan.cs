using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// Reads the settings, then asks the kernel for the sockets whose local port is in the range: those of a server's own port are
/// filtered out there. For one source and destination each socket has a local port of its own, so sockets are ports.
/// </summary>
sealed class PortScan(NetlinkDump dump, KernelRoot root) : IDisposable
{
    /// <summary>Room for a list of some length; a longer one makes the buffer grow.</summary>
    const int ReservedCapacity = 4096;

    /// <summary>Doubled so often the buffer holds the longest list there can be, every second port: 190 KiB.</summary>
    const int ReservedReads = 7;

    /// <summary>
    /// TCP_TIMEWAIT_LEN, and how old a TIME_WAIT must be for connect() to take its port (net/ipv4/tcp_ipv4.c, tcp_twsk_unique).
    /// </summary>
    internal const int TimeWaitMilliseconds = 60_000, DefaultReuseDelay = 1000;

    readonly ProcFile _range = root.Proc("sys/net/ipv4/ip_local_port_range", ProcFile.ValueCapacity);
    readonly ProcFile _reserved = root.Proc("sys/net/ipv4/ip_local_reserved_ports", ReservedCapacity);

    /// <summary>Milliseconds, since 6.13.</summary>
    readonly ProcFile _reuseDelay = root.Proc("sys/net/ipv4/tcp_tw_reuse_delay", ProcFile.ValueCapacity);

    readonly SourceCount _sources = new();
    readonly byte[] _request = SockDiag.PortRequest(SockDiag.PortStates, extensions: 0);

    /// <summary>Ports that connect() never chooses: reserved, or bound by a listener (net/ipv4/inet_hashtables.c, __inet_hash_connect).</summary>
    readonly PortList _passedOver = new();

    /// <summary>A TIME_WAIT that has more milliseconds left is too young to be taken again.</summary>
    int _freshAbove;

    /// <summary>Where an error came from.</summary>
    internal string Where { get; private set; } = "";

    /// <summary>Returns the errno; EBADMSG when a setting is not in the kernel's format.</summary>
    internal int Take(PortCensus census)
    {
        var errno = ReadRange(out var first, out var last);
        if (errno == 0)
            errno = ReadReserved();
        if (errno != 0)
            return errno;
        ReadReuseDelay();
        Where = "sock_diag";
        census.Unreserved.Clear();
        SockDiag.SetPorts(_request, first, last);
        census.Reserved = _passedOver.CountWithin(first, last);
        census.Usable = last - first + 1 - census.Reserved;

        // One retry, as for a walk of the socket table. Listeners that are gone by then only take away their own connections.
        errno = Dump(census);
        if (errno == Libc.ENOBUFS || (errno == 0 && dump.Interrupted))
            errno = Dump(census);
        census.Listening = last - first + 1 - _passedOver.CountWithin(first, last);
        census.Listening = census.Usable - census.Listening;
        census.Rank();
        census.Peers.AddTotals(census.Table);
        _sources.End(census, census.Usable - census.Listening);
        return errno == 0 && dump.Interrupted ? Libc.EINTR : errno;
    }

    int Dump(PortCensus census)
    {
        census.Table.Clear();
        census.Peers.Clear();
        _sources.Clear();
        (census.Malformed, census.MalformedLine) = (0, 0);
        dump.Begin(_request);
        for (var number = 1; dump.TryRead(out var type, out var payload); number++)
        {
            if (!SockDiag.TryRead(type, payload, out var row))
            {
                if (census.Malformed++ == 0)
                    census.MalformedLine = number;
            }
            else if (row.State == TcpState.Listen)
                PassOver(row.SourcePort, census);
            else if (!_passedOver.Contains(row.SourcePort))
                Add(row, census);
        }
        return dump.Errno;
    }

    void Add(in InetDiagRow row, PortCensus census)
    {
        var tuple = new PortTuple(row.Local with { Port = 0 }, row.Remote);
        var left = row.Timer == InetDiagRow.TimeWaitTimer ? (int)Math.Min(row.Expires, TimeWaitMilliseconds) : 0;
        census.Table.Add(tuple, row.State == TcpState.TimeWait, left, left > _freshAbove);
        _sources.Add(tuple.Source, row.SourcePort);
        if (row.State is not (TcpState.TimeWait or TcpState.SynSent))
            census.Peers.CountConnection(row, tuple);
    }

    void PassOver(ushort port, PortCensus census)
    {
        if (!_passedOver.Contains(port) && census.Unreserved.Count < PortCensus.MaxUnreserved)
            census.Unreserved.Add(port);
        _passedOver.Add(port);
    }

    /// <summary>"32768\t60999\n"</summary>
    int ReadRange(out ushort first, out ushort last)
    {
        Where = _range.Path;
        (first, last) = (0, 0);
        var errno = _range.Read(out var text, out _);
        if (errno != 0)
            return errno;
        var cursor = new Cursor(text);
        return cursor.TryReadSetting(out var line) && line.TryReadField(out var low) && PortList.TryParsePort(low, out first)
            && line.TryReadField(out var high) && PortList.TryParsePort(high, out last) && first <= last ? 0 : Libc.EBADMSG;
    }

    int ReadReserved()
    {
        Where = _reserved.Path;
        _passedOver.Clear();
        ReadOnlySpan<byte> text = default;
        var (before, isWhole) = (-1, false);
        for (var reads = 0; reads < ReservedReads && !text.EndsWith("\n"u8) && !isWhole; reads++)
        {
            // The kernel cuts the list to the room there is, and gives nothing at an offset (kernel/sysctl.c, proc_do_large_bitmap): a
            // list without its newline is read anew, from the start, with the room that the read before has made.
            var errno = _reserved.Read(out text, out _);

            // Before 3.16 only the first namespace has the list.
            if (errno != 0)
                return errno == Libc.ENOENT ? 0 : errno;

            // What more room makes no longer was not cut: some kernels end it without a newline (gVisor).
            isWhole = text.Length == before;
            before = text.Length;
        }
        return _passedOver.TryAdd(text, isWhole) ? 0 : Libc.EBADMSG;
    }

    void ReadReuseDelay()
    {
        var delay = (long)DefaultReuseDelay;
        if (_reuseDelay.Read(out var text, out _) == 0)
        {
            var cursor = new Cursor(text);
            if (cursor.TryReadLine(out var line) && line.TryReadInt64(out var value))
                delay = Math.Clamp(value, 0, TimeWaitMilliseconds);
        }
        _freshAbove = TimeWaitMilliseconds - (int)delay;
    }

    /// <summary>Whether the settings are other than at the last look, or at the last call. Never during a look.</summary>
    internal bool HaveSettingsChanged()
    {
        _range.Read(out _, out var isSameRange);
        _reserved.Read(out _, out var isSameList);
        return !isSameRange || !isSameList;
    }

    internal void Reopen()
    {
        dump.Close();
        _range.Close();
        _reserved.Close();
        _reuseDelay.Close();
    }

    public void Dispose()
    {
        dump.Dispose();
        _range.Dispose();
        _reserved.Dispose();
        _reuseDelay.Dispose();
    }
}
