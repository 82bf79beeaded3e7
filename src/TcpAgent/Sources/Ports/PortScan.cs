using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// Reads the sysctls, then asks the kernel for the sockets whose local port is in the range; the kernel filters out those of a server's own
/// port. For one source and destination each socket has its own local port, so the number of sockets is the number of ports.
/// </summary>
sealed class PortScan(NetlinkDump dump, KernelRoot root) : IDisposable
{
    /// <summary>TCP_TIMEWAIT_LEN (include/net/tcp.h).</summary>
    internal const int TimeWaitMilliseconds = 60_000;

    readonly PortSettings _settings = new(root);
    readonly SourceCount _sources = new();
    readonly byte[] _request = SockDiag.PortRequest(SockDiag.PortStates, extensions: 0);

    /// <summary>
    /// Ports that connect() never chooses: reserved, or bound by a listener (net/ipv4/inet_hashtables.c, __inet_hash_connect).
    /// </summary>
    readonly PortList _passedOver = new();

    /// <summary>A TIME_WAIT with more milliseconds left is too young to be reused.</summary>
    int _freshAbove;

    /// <summary>The place of an error.</summary>
    internal string Where { get; private set; } = "";

    /// <summary>Returns the errno; EBADMSG when a sysctl is not in the kernel's format.</summary>
    internal int Take(PortCensus census)
    {
        var errno = _settings.Read(_passedOver);
        if (errno != 0)
        {
            Where = _settings.Where;
            return errno;
        }
        var (first, last) = (_settings.First, _settings.Last);
        _freshAbove = TimeWaitMilliseconds - _settings.ReadReuseDelay();
        Where = "sock_diag";
        census.Unreserved.Clear();
        SockDiag.SetPorts(_request, first, last);
        census.Reserved = _passedOver.CountWithin(first, last);
        census.Usable = last - first + 1 - census.Reserved;

        // One retry, as for a walk of the socket table. Listeners that have gone by then only remove their own connections.
        errno = Dump(census);
        if (dump.IsWorthRetrying)
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
        dump.Begin(_request);
        while (dump.TryRead(out var type, out var payload))
        {
            if (!SockDiag.TryRead(type, payload, out var row))
                dump.Refuse();
            else if (row.State == TcpState.Listen)
                PassOver(row.SourcePort, census);
            else if (!_passedOver.Contains(row.SourcePort))
                Add(row, census);
        }
        census.Malformed = dump.Malformed;
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

    /// <summary>Whether the sysctls have changed since the last scan or the last call. Must not be called during a scan.</summary>
    internal bool HaveSettingsChanged() => _settings.HaveChanged();

    internal void Reopen()
    {
        dump.Close();
        _settings.Close();
    }

    public void Dispose()
    {
        dump.Dispose();
        _settings.Dispose();
    }
}
