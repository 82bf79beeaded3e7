using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>
/// Asks the kernel for all UDP sockets and follows each by its cookie, so that no drop is lost or counted twice when a socket closes. Used
/// by one thread at a time. Allocates nothing unless more sockets are open than before.
/// </summary>
sealed class UdpScan(NetlinkDump dump, PortSettings settings) : IDisposable
{
    /// <summary>Maximum number of sockets followed one by one; further ones are only counted.</summary>
    internal const int MaxSockets = 16 * 1024;

    /// <summary>A dump in several datagrams may skip a socket while others close, so a missing socket is not gone yet.</summary>
    const int LooksKept = 3;

    readonly byte[] _requestIPv4 = UdpDiag.Request(UdpDiag.AF_INET), _requestIPv6 = UdpDiag.Request(UdpDiag.AF_INET6);
    readonly PortList _reserved = new();
    readonly Dictionary<ulong, UdpMember> _members = [];
    readonly Dictionary<Endpoint, UdpQueue> _queues = [];
    int _look;
    int _settingsErrno;

    /// <summary>
    /// True while drops of an unknown socket are not new: at the first scan, and while more sockets are open than are followed.
    /// </summary>
    bool _isBaseline = true;

    /// <summary>
    /// Whether a socket of the family is bound. The kernel is not asked about a family without: it would search its whole table.
    /// </summary>
    internal bool HasIPv4 { get; set; } = true;

    internal bool HasIPv6 { get; set; } = true;

    /// <summary>True if the next scan reads the sysctls; after a failure each does.</summary>
    internal bool ReadsSettings { get; set; } = true;

    /// <summary>The place of the census' error of the sysctls.</summary>
    internal string SettingsWhere => settings.Where;

    /// <summary>Returns the errno of the dump; the census has that of the sysctls.</summary>
    internal int Take(UdpCensus census)
    {
        census.Clear();
        _queues.Clear();
        _look++;
        if (ReadsSettings || _settingsErrno != 0)
            _settingsErrno = settings.Read(_reserved);
        ReadsSettings = false;
        census.PortsErrno = _settingsErrno;
        census.Ports.Begin(settings.First, settings.Last, _settingsErrno == 0 ? _reserved : null);
        var errno = HasIPv4 ? Dump(_requestIPv4, census) : 0;
        if (errno == 0 && HasIPv6)
            errno = Dump(_requestIPv6, census);
        if (errno != 0)
            return errno;
        foreach (var (local, queue) in _queues)
        {
            census.Add(queue);
            census.Ports.Count(local);
        }
        census.Ports.End();
        _isBaseline = census.Unfollowed > 0;
        Forget();
        return 0;
    }

    int Dump(byte[] request, UdpCensus census)
    {
        dump.Begin(request);
        while (dump.TryRead(out var type, out var payload))
        {
            if (UdpDiag.TryRead(type, payload, out var row))
                Add(row, census);
            else
                dump.Refuse();
        }
        census.Malformed = census.Malformed.With(dump.Malformed);
        return dump.Errno;
    }

    void Add(in InetDiagRow row, UdpCensus census)
    {
        census.Sockets++;
        census.CountQueues(row.Family == UdpDiag.AF_INET6, row.ReceiveQueue, row.SendQueue);
        var local = row.Local;
        census.Ports.Add(local, row.Family == UdpDiag.AF_INET6 && row.IsIPv6Only);
        var (used, size, drops) = row.ReceiveMemory;
        if (used == KernelValue.Absent)
            return;
        census.Offer(used, size);
        if (_members.Count >= MaxSockets && !_members.ContainsKey(row.Cookie))
        {
            census.Unfollowed++;
            return;
        }
        ref var member = ref CollectionsMarshal.GetValueRefOrAddDefault(_members, row.Cookie, out var isKnown);

        // There are never more addresses and ports than sockets.
        ref var queue = ref CollectionsMarshal.GetValueRefOrAddDefault(_queues, local, out _);
        queue.Local = local;
        queue.Sockets++;
        if (queue.Sockets == 1 || Fullness.Of(used, size).CompareTo(Fullness.Of(queue.Used, queue.Limit)) > 0)
            (queue.Used, queue.Limit, queue.Cgroup) = (used, size, row.CgroupId);
        var standing = Math.Min(used, member.Used);
        if (queue.Sockets == 1 || Fullness.Of(standing, size).CompareTo(Fullness.Of(queue.Standing, queue.StandingLimit)) > 0)
            (queue.Standing, queue.StandingLimit) = (standing, size);

        // sk_drops is an int that may wrap; a socket's count never falls otherwise.
        var more = unchecked((uint)drops - member.Drops);
        queue.Drops += more;
        if (isKnown || !_isBaseline)
            queue.NewDrops += more;
        member = new UdpMember { Drops = (uint)drops, Used = (uint)used, SeenAt = _look };
    }

    void Forget()
    {
        foreach (var (cookie, member) in _members)
            if (_look - member.SeenAt >= LooksKept)
                _members.Remove(cookie);
    }

    /// <summary>Closes the descriptors but keeps the sockets' state. Must not be called during a scan.</summary>
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
