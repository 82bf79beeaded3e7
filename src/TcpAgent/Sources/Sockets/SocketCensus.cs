using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>What one walk of the socket table counted. Refilled by the next, in constant memory.</summary>
sealed class SocketCensus
{
    internal const int StateCount = 11;

    /// <summary>Local endpoints told apart; those beyond are counted by state only.</summary>
    const int MaxEndpoints = 4096;

    const int MaxListeners = 16 * 1024;

    readonly long[] _counts = new long[StateCount + 1];

    internal Dictionary<Endpoint, int> SynRecv { get; } = [];

    /// <summary>Connections in CLOSE_WAIT that no process holds: not accepted yet, and the peer has already closed.</summary>
    internal Dictionary<Endpoint, int> Abandoned { get; } = [];

    /// <summary>Connections being opened, by destination.</summary>
    internal PeerCensus Syns { get; } = new();

    /// <summary>Listening sockets, where the walk is the only way to see them.</summary>
    internal List<ListenRow> Listeners { get; } = [];

    /// <summary>Whether ESTABLISHED and TIME_WAIT were counted too.</summary>
    internal bool IsComplete { get; set; }

    /// <summary>FIN_WAIT2 sockets that the kernel keeps as mini-sockets and counts among sockstat's tw.</summary>
    internal long FinWait2MiniSockets { get; private set; }

    /// <summary>Rows the kernel gave in a form that is not its own.</summary>
    internal int Malformed { get; private set; }

    /// <summary>The first of them, counted from 1 within its file or dump.</summary>
    internal int MalformedLine { get; private set; }

    /// <summary>Listeners, and connections of local endpoints, for which there was no room: counted by state only.</summary>
    internal long Omitted { get; private set; }

    /// <summary>Half-open connections expire, and a process accepts a closed one, without moving a counter.</summary>
    internal bool ChangesUncounted => _counts[(int)TcpState.SynRecv] > 0 || Abandoned.Count > 0;

    internal long this[TcpState state] => _counts[(int)state];

    internal void Clear(bool isComplete)
    {
        _counts.AsSpan().Clear();
        SynRecv.Clear();
        Abandoned.Clear();
        Listeners.Clear();
        Syns.Clear();
        (IsComplete, FinWait2MiniSockets, Malformed, MalformedLine, Omitted) = (isComplete, 0, 0, 0, 0);
    }

    internal void Refuse(int line)
    {
        if (Malformed++ == 0)
            MalformedLine = line;
    }

    internal void Count(in InetDiagRow row)
    {
        var state = row.State;
        _counts[(int)state]++;
        if (state == TcpState.FinWait2 && row.Timer == InetDiagRow.TimeWaitTimer)
            FinWait2MiniSockets++;
        else if (state == TcpState.SynRecv)
            Add(SynRecv, row.LocalOnDevice);
        else if (state == TcpState.SynSent)
            Syns.CountSyn(row);
        else if (state == TcpState.CloseWait && row.Inode == 0)
            Add(Abandoned, row.LocalOnDevice);
    }

    internal void Count(TcpState state, byte timer, long inode, Endpoint local, long receiveQueue)
    {
        _counts[(int)state]++;
        if (state == TcpState.FinWait2 && timer == InetDiagRow.TimeWaitTimer)
            FinWait2MiniSockets++;
        else if (state == TcpState.SynRecv)
            Add(SynRecv, local);
        else if (state == TcpState.CloseWait && inode == 0)
            Add(Abandoned, local);
        else if (state == TcpState.Listen && Listeners.Count >= MaxListeners)
            Omitted++;
        else if (state == TcpState.Listen)
            Listeners.Add(new ListenRow(local, (ulong)inode, receiveQueue, KernelValue.Absent, KernelValue.Absent));
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
