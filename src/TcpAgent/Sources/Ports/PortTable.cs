using System.Runtime.InteropServices;
using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// Counts sockets by tuple in bounded memory. When the table is full the lightest tuples are forgotten, at least a quarter of
/// all. What they held is added to <see cref="Omitted"/>, so no tuple is short by more than that. One that holds many ports
/// does not suffer: to forget a tuple with N ports takes more than 12,288 others that hold half of N at that moment.
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

    /// <summary>All that were added.</summary>
    internal long Sockets { get; private set; }

    internal void Clear()
    {
        _tuples.Clear();
        (Omitted, Sockets) = (0, 0);
    }

    /// <summary>What one tuple holds, which may be nothing.</summary>
    internal HeldPorts Of(in PortTuple tuple)
    {
        var ports = _tuples.GetValueOrDefault(tuple);
        return Describe(tuple, ports);
    }

    static HeldPorts Describe(in PortTuple tuple, in Ports ports) => new(tuple, ports.Held, ports.TimeWait, ports.Fresh, ports.FirstLeft);

    /// <param name="tuple">What it is a connection of.</param>
    /// <param name="isTimeWait">It is over.</param>
    /// <param name="left">Milliseconds until TIME_WAIT ends.</param>
    /// <param name="isFresh">It is over for too short a time to be taken again.</param>
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

    /// <summary>A tuple holds at most 65,536 ports, so this ends.</summary>
    void Forget()
    {
        for (var limit = 1; _tuples.Count > MaxTuples / 4 * 3; limit *= 2)
        {
            // A dictionary may be removed from while it is enumerated.
            foreach (var (tuple, ports) in _tuples)
            {
                if (ports.Held > limit)
                    continue;
                Omitted += ports.Held;
                _tuples.Remove(tuple);
            }
        }
    }

    /// <summary>Adds up the tuples of each source address, as far as there is room for more of them.</summary>
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

    /// <summary>The tuples that hold most, the first of all first. Returns how many there are.</summary>
    internal int Rank(Span<HeldPorts> worst)
    {
        var count = 0;
        foreach (var (tuple, ports) in _tuples)
            Top.Offer(worst, ref count, Describe(tuple, ports), static (one, other) => one.Precedes(other));
        return count;
    }
}
