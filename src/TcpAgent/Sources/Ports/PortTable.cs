using System.Runtime.InteropServices;
using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// Counts sockets by tuple in bounded memory. When the table is full it forgets the smallest tuples, at least a quarter of all. Their ports
/// are added to <see cref="Omitted"/>, so no tuple's count is short by more than that. A tuple with many ports is safe: forgetting one with
/// N ports takes more than 12,288 others that hold half of N at that moment.
/// </summary>
sealed class PortTable
{
    internal const int MaxTuples = 16 * 1024;

    struct Ports
    {
        internal int Held;
        internal int TimeWait;
        internal int Fresh;
        internal int FirstLeft;
    }

    readonly Dictionary<PortTuple, Ports> _tuples = [];

    internal int Count => _tuples.Count;

    /// <summary>Sockets of tuples that were forgotten.</summary>
    internal long Omitted { get; private set; }

    /// <summary>All sockets that were added.</summary>
    internal long Sockets { get; private set; }

    internal void Clear()
    {
        _tuples.Clear();
        (Omitted, Sockets) = (0, 0);
    }

    /// <summary>The ports of one tuple, possibly none.</summary>
    internal HeldPorts Of(in PortTuple tuple)
    {
        var ports = _tuples.GetValueOrDefault(tuple);
        return Describe(tuple, ports);
    }

    static HeldPorts Describe(in PortTuple tuple, in Ports ports) => new(tuple, ports.Held, ports.TimeWait, ports.Fresh, ports.FirstLeft);

    /// <param name="tuple">The socket's tuple.</param>
    /// <param name="isTimeWait">Whether it is in TIME_WAIT.</param>
    /// <param name="left">Milliseconds until TIME_WAIT ends.</param>
    /// <param name="isFresh">Whether its TIME_WAIT is too young to be reused.</param>
    internal void Add(in PortTuple tuple, bool isTimeWait, int left = 0, bool isFresh = false)
    {
        Sockets++;
        if (_tuples.Count == MaxTuples && !_tuples.ContainsKey(tuple))
            Forget();
        ref var ports = ref CollectionsMarshal.GetValueRefOrAddDefault(_tuples, tuple, out _);
        ports.Held++;
        if (!isTimeWait)
            return;
        ports.TimeWait++;
        ports.Fresh += isFresh ? 1 : 0;
        ports.FirstLeft = ports.TimeWait == 1 ? left : Math.Min(ports.FirstLeft, left);
    }

    /// <summary>Forgets the smallest tuples. The loop ends because a tuple holds at most 65,536 ports.</summary>
    void Forget()
    {
        for (var limit = 1; _tuples.Count > MaxTuples / 4 * 3; limit *= 2)
        {
            // Removing from a dictionary during enumeration is allowed.
            foreach (var (tuple, ports) in _tuples)
            {
                if (ports.Held > limit)
                    continue;
                Omitted += ports.Held;
                _tuples.Remove(tuple);
            }
        }
    }

    /// <summary>Adds up the tuples of each source address, as far as there is room for addresses.</summary>
    internal void AddUp(Dictionary<Endpoint, SourcePorts> sources, int room)
    {
        sources.Clear();
        foreach (var (tuple, ports) in _tuples)
        {
            if (sources.Count >= room && !sources.ContainsKey(tuple.Source))
                continue;
            ref var source = ref CollectionsMarshal.GetValueRefOrAddDefault(sources, tuple.Source, out _);
            source.Sockets += ports.Held;
            if (ports.Held > source.MostOfOne)
                (source.MostOfOne, source.StaleOfThat) = (ports.Held, ports.TimeWait - ports.Fresh);
        }
    }

    /// <summary>Finds the tuples that hold the most ports, in order. Returns how many there are.</summary>
    internal int Rank(Span<HeldPorts> worst)
    {
        var count = 0;
        foreach (var (tuple, ports) in _tuples)
            Top.Offer(worst, ref count, Describe(tuple, ports), static (one, other) => one.Precedes(other));
        return count;
    }
}
