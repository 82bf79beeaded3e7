using System.Runtime.InteropServices;

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
    }

    readonly Dictionary<PortTuple, Ports> _tuples = [];

    internal int Count => _tuples.Count;

    /// <summary>Sockets of tuples that were forgotten.</summary>
    internal long Omitted { get; private set; }

    internal void Clear()
    {
        _tuples.Clear();
        Omitted = 0;
    }

    /// <summary>What one tuple holds, which may be nothing.</summary>
    internal HeldPorts Of(in PortTuple tuple)
    {
        var ports = _tuples.GetValueOrDefault(tuple);
        return new HeldPorts(tuple, ports.Held, ports.TimeWait);
    }

    internal void Add(in PortTuple tuple, bool isTimeWait)
    {
        if (_tuples.Count == MaxTuples && !_tuples.ContainsKey(tuple))
            Forget();
        ref var ports = ref CollectionsMarshal.GetValueRefOrAddDefault(_tuples, tuple, out _);
        ports.Held++;
        ports.TimeWait += isTimeWait ? 1 : 0;
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

    /// <summary>The tuples that hold most, the first of all first. Returns how many there are.</summary>
    internal int Rank(Span<HeldPorts> worst)
    {
        var count = 0;
        foreach (var (tuple, ports) in _tuples)
        {
            var one = new HeldPorts(tuple, ports.Held, ports.TimeWait);
            if (count == worst.Length && !one.Precedes(worst[^1]))
                continue;
            var at = count == worst.Length ? count - 1 : count++;
            for (; at > 0 && one.Precedes(worst[at - 1]); at--)
                worst[at] = worst[at - 1];
            worst[at] = one;
        }
        return count;
    }
}
