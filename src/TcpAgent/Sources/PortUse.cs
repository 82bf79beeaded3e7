using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>Whose local ports are told apart: a source address, and the address and port connected to.</summary>
readonly record struct PortTuple(ulong LocalHigh, ulong LocalLow, Endpoint Remote)
{
    internal static PortTuple Of(in InetDiagRow row)
    {
        var local = row.Local;
        return new PortTuple(local.High, local.Low, row.Remote);
    }

    internal Endpoint Local => new(LocalHigh, LocalLow, 0);
}

/// <summary>Local ports held for one tuple, and how many of them in TIME_WAIT.</summary>
record struct PortCount(int Held, int TimeWait);

/// <summary>
/// Local ports by tuple, as one look found them. For one tuple each socket has a port of its own, so rows are ports. Memory is
/// bounded: when it is full, tuples with one port are let go, so a tuple may be understated by the number of times that happened.
/// </summary>
sealed class PortUse
{
    internal const int MaxTuples = 16 * 1024;

    readonly Dictionary<PortTuple, PortCount> _tuples = [];

    internal Dictionary<PortTuple, PortCount> Tuples => _tuples;

    /// <summary>Ports that no tuple has on its account.</summary>
    internal long Omitted { get; private set; }

    internal void Clear()
    {
        _tuples.Clear();
        Omitted = 0;
    }

    internal void Count(in InetDiagRow row)
    {
        var tuple = PortTuple.Of(row);
        if (_tuples.Count >= MaxTuples && !_tuples.ContainsKey(tuple) && !TryMakeRoom())
        {
            Omitted++;
            return;
        }
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_tuples, tuple, out _);
        count.Held++;
        if (row.State == TcpState.TimeWait)
            count.TimeWait++;
    }

    bool TryMakeRoom()
    {
        foreach (var (tuple, count) in _tuples)
        {
            if (count.Held > 1)
                continue;
            _tuples.Remove(tuple);
            Omitted++;
        }
        return _tuples.Count < MaxTuples;
    }
}
