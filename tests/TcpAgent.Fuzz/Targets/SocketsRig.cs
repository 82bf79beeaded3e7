using TcpAgent.Kernel.Netlink;
using TcpAgent.Sources;

namespace TcpAgent.Fuzz;

/// <summary>The socket table's sources, for one tick, over one dump or over /proc/net/tcp.</summary>
sealed class SocketsRig : IDisposable
{
    readonly TextSource _snmp = ProcTargets.Table(Folder.Root, "snmp", SnmpRows.Rows);
    readonly TextSource _sockstat = ProcTargets.Sockstat(Folder.Root);
    readonly TextSource _netstat = ProcTargets.Table(Folder.Root, "netstat", NetstatRows.Rows);
    readonly Listeners _listeners;
    readonly Sockets _sockets;

    internal SocketsRig(Func<NetlinkDump>? open)
    {
        var time = new StillTime();
        var options = SamplingOptions.Default with { WalkBudget = 1 };
        _listeners = new Listeners(
            open?.Invoke(), open is null ? null : new AcceptWaits(open(), options.WalkBudget, time), _snmp, _netstat, options, time);
        _sockets = new Sockets(
            open is null ? null : new NetlinkSocketTable(open()), new ProcSocketTable(Folder.Root), new SocketCounters(_snmp, _sockstat),
            new SocketCheck(_snmp, _sockstat, true, time), _listeners, options, time);
    }

    /// <summary>One tick, as the sampler makes it.</summary>
    internal void Check()
    {
        var tick = SourceCheck.FirstTick;
        foreach (var source in (Source[])[_snmp, _sockstat, _sockets, _listeners])
            source.Remember();
        _snmp.Read(tick);
        _sockstat.Read(tick);
        var (sockets, listeners) = (_sockets.Read(tick), _listeners.Read(tick));
        _sockets.Derive(tick);
        _listeners.Derive(tick);
        SourceCheck.Check(_sockets, sockets, 0);
        SourceCheck.Check(_listeners, listeners, 0);
    }

    public void Dispose()
    {
        foreach (var source in (Source[])[_sockets, _listeners, _netstat, _snmp, _sockstat])
            source.Dispose();
    }
}

/// <summary>A clock that stands still: 2026-11-21 09:00 UTC.</summary>
sealed class StillTime : TimeProvider
{
    public override long TimestampFrequency => 1_000_000_000;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => 1_000_000_000;

    public override DateTimeOffset GetUtcNow() => new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
}
