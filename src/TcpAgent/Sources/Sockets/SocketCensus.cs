using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>The result of one walk of the socket table. Refilled by the next, in constant memory.</summary>
sealed class SocketCensus
{
    internal const int StateCount = 11;

    /// <summary>Maximum number of local endpoints distinguished; further ones are counted by state only.</summary>
    const int MaxEndpoints = 4096;

    const int MaxListeners = 16 * 1024;

    readonly long[] _counts = new long[StateCount + 1];

    internal Dictionary<Endpoint, int> SynRecv { get; } = [];

    /// <summary>Connections in CLOSE_WAIT that no process holds: not accepted yet, and the peer has already closed.</summary>
    internal Dictionary<Endpoint, int> Abandoned { get; } = [];

    /// <summary>Connections in SYN_SENT, by destination.</summary>
    internal PeerCensus Syns { get; } = new();

    /// <summary>Connections that are stuck in a state, by the cgroup in which they were opened.</summary>
    internal CgroupCensus Cgroups { get; } = new();

    /// <summary>Why connections stay half-open. Only sock_diag shows it.</summary>
    internal Dictionary<Endpoint, HalfOpenSigns> HalfOpen { get; } = [];

    /// <summary>The first sockets in CLOSE_WAIT that a process holds, by their identity.</summary>
    internal List<ulong> HeldCloseWait { get; } = new(CloseWaitPile.Most);

    /// <summary>Sockets in CLOSE_WAIT that no process holds.</summary>
    internal long AbandonedCount { get; private set; }

    /// <summary>Listening sockets, where the walk is the only way to see them.</summary>
    internal List<ListenRow> Listeners { get; } = [];

    /// <summary>Whether ESTABLISHED and TIME_WAIT were counted too.</summary>
    internal bool IsComplete { get; set; }

    /// <summary>FIN_WAIT2 sockets that the kernel keeps as mini-sockets and counts among sockstat's tw.</summary>
    internal long FinWait2MiniSockets { get; private set; }

    /// <summary>Rows that were not in the kernel's format; the first is counted from 1 within its file or dump.</summary>
    internal ParseResult Malformed { get; set; }

    /// <summary>Listeners, and connections of local endpoints, for which there was no room. They are counted by state only.</summary>
    internal long Omitted { get; private set; }

    /// <summary>
    /// True if the census may change without a counter: half-open connections expire, and a process accepts a closed one, silently.
    /// </summary>
    internal bool ChangesUncounted => _counts[(int)TcpState.SynRecv] > 0 || Abandoned.Count > 0;

    internal long this[TcpState state] => _counts[(int)state];

    internal void Clear(bool isComplete)
    {
        _counts.AsSpan().Clear();
        SynRecv.Clear();
        Abandoned.Clear();
        AbandonedCount = 0;
        HalfOpen.Clear();
        HeldCloseWait.Clear();
        Listeners.Clear();
        Syns.Clear();
        Cgroups.Clear();
        (IsComplete, FinWait2MiniSockets, Malformed, Omitted) = (isComplete, 0, default, 0);
    }

    internal void Refuse(int line) => Malformed = Malformed.And(line);

    internal void Count(in InetDiagRow row)
    {
        var state = row.State;
        _counts[(int)state]++;
        if (state == TcpState.FinWait2 && row.Timer == InetDiagRow.TimeWaitTimer)
            FinWait2MiniSockets++;
        else if (state == TcpState.SynRecv)
            CountHalfOpen(row);
        else if (state == TcpState.SynSent)
            Syns.CountSyn(row);
        else if (state == TcpState.CloseWait)
            CountCloseWait(row.Inode, row.Cookie, row.LocalOnDevice);
        if (state is TcpState.SynSent or TcpState.CloseWait or TcpState.LastAck)
            Cgroups.Count(row);
    }

    internal void Count(TcpState state, byte timer, long inode, Endpoint local, long receiveQueue)
    {
        _counts[(int)state]++;
        if (state == TcpState.FinWait2 && timer == InetDiagRow.TimeWaitTimer)
            FinWait2MiniSockets++;
        else if (state == TcpState.SynRecv)
            Add(SynRecv, local);
        else if (state == TcpState.CloseWait)
            CountCloseWait(inode, (ulong)inode, local);
        else if (state == TcpState.Listen && Listeners.Count >= MaxListeners)
            Omitted++;
        else if (state == TcpState.Listen)
            Listeners.Add(new ListenRow(local, (ulong)inode, receiveQueue, KernelValue.Absent, KernelValue.Absent));
    }

    void CountHalfOpen(in InetDiagRow row)
    {
        var local = row.LocalOnDevice;
        Add(SynRecv, local);
        var signs = HalfOpenSigns.Of(row);
        if (signs == default || (HalfOpen.Count >= MaxEndpoints && !HalfOpen.ContainsKey(local)))
            return;
        ref var all = ref CollectionsMarshal.GetValueRefOrAddDefault(HalfOpen, local, out _);
        all = all.And(signs);
    }

    void CountCloseWait(long inode, ulong id, Endpoint local)
    {
        if (inode == 0)
        {
            AbandonedCount++;
            Add(Abandoned, local);
        }
        else if (HeldCloseWait.Count < CloseWaitPile.Most)
            HeldCloseWait.Add(id);
    }

    void Add(Dictionary<Endpoint, int> counts, Endpoint endpoint)
    {
        if (counts.Count >= MaxEndpoints && !counts.ContainsKey(endpoint))
        {
            Omitted++;
            return;
        }
        CollectionsMarshal.GetValueRefOrAddDefault(counts, endpoint, out _)++;
    }
}
