using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>
/// Looks at one part of the connections at a time. Each part is asked for twice, at a look and at the next, and connections are compared by
/// their cookie. Used by one thread at a time; allocates nothing once its buffers have grown.
/// </summary>
sealed class ConnectionScan(NetlinkDump dump, PortSettings settings, TimeProvider time) : IDisposable
{
    /// <summary>
    /// Connections that one look reads at most. A part has more if many have one client port, such as those of a listener that has closed.
    /// </summary>
    internal const int MostRows = 8 * PortRotation.PartSize;

    readonly ClientPortRequest _request = new();
    readonly PortRotation _rotation = new();
    Dictionary<ulong, ConnectionFigures> _before = [], _now = [];
    PortWindow _window = PortWindow.None;
    int _parts = 1;
    long _lookedAt;
    long _startedAt;

    internal ClientPorts Ports { get; } = new();

    /// <summary>Listening ports of this host; set before a look.</summary>
    internal List<ushort> Listening { get; } = [];

    /// <summary>How many connections there are; set before a look.</summary>
    internal long Connections { get; set; }

    /// <summary>The place of an error.</summary>
    internal string Where { get; private set; } = "";

    /// <summary>Returns the errno; EBADMSG when a sysctl is not in the kernel's format.</summary>
    internal int Take(ConnectionCensus census)
    {
        var errno = settings.ReadRange();
        if (errno != 0)
        {
            Where = settings.Where;
            return errno;
        }
        Where = "sock_diag";
        Ports.Begin(settings.First, settings.Last);
        foreach (var port in Listening)
            Ports.AddListening(port);
        var next = _rotation.Next(Connections, Ports);
        errno = Look(census, next);
        if (dump.IsWorthRetrying)
            errno = Look(census, next);
        if (errno != 0 || census.IsTooMany)
        {
            Forget();
            return errno;
        }
        (_before, _now) = (_now, _before);
        (_window, _parts, _lookedAt) = (next, _rotation.Parts, _startedAt);
        return 0;
    }

    int Look(ConnectionCensus census, in PortWindow next)
    {
        census.Clear();
        _now.Clear();
        (census.Parts, census.HasCompared) = (_parts, _lookedAt != 0);
        _startedAt = time.GetTimestamp();
        var elapsed = time.Nanoseconds(_startedAt - _lookedAt) / 1000;
        var rows = 0;
        dump.Begin(_request.Write(Ports, _window, next));
        while (dump.TryRead(out var type, out var payload))
        {
            if (!SockDiag.TryRead(type, payload, out var row))
                dump.Refuse();
            else if (++rows > MostRows)
                return Abandon(census);
            else
                Add(row, census, next, elapsed);
        }
        census.Malformed = dump.Malformed;
        return dump.Errno;
    }

    void Add(in InetDiagRow row, ConnectionCensus census, in PortWindow next, long elapsed)
    {
        var now = ConnectionFigures.Of(row);
        var (local, remote, cookie) = (row.SourcePort, row.DestinationPort, row.Cookie);
        if (_window.Contains(local, remote, Ports))
        {
            census.Seen++;
            if (_before.TryGetValue(cookie, out var before))
                census.Samples.Add(ConnectionSample.Of(row, before, now, elapsed));
        }
        if (next.Contains(local, remote, Ports))
            _now[cookie] = now;
    }

    /// <summary>Ends the dump, whose rest would take too long to read. What was read is no sample.</summary>
    int Abandon(ConnectionCensus census)
    {
        dump.Close();
        census.Clear();
        census.IsTooMany = true;
        return 0;
    }

    /// <summary>The next look begins again, with nothing to compare.</summary>
    void Forget()
    {
        (_window, _lookedAt) = (PortWindow.None, 0);
        _before.Clear();
    }

    /// <summary>Closes the descriptors. Must not be called during a look.</summary>
    internal void Close()
    {
        dump.Close();
        settings.Close();
    }

    public void Dispose()
    {
        dump.Dispose();
        settings.Dispose();
    }
}
