using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// Counts the different local ports of source addresses that have about as many sockets as there are ports. A scan finds these addresses
/// and the next one counts their ports, so on other hosts this costs nothing. Used by one thread at a time.
/// </summary>
sealed class SourceCount
{
    internal const int MaxSources = 4;

    /// <summary>Maximum number of source addresses distinguished.</summary>
    const int MaxAddresses = 1024;

    sealed class Ports
    {
        internal Endpoint Source;
        internal readonly PortList Held = new();
        internal readonly PortList Shared = new();
    }

    readonly Ports[] _counted = new Ports[MaxSources];
    readonly Dictionary<Endpoint, SourcePorts> _sums = [];
    int _count;

    internal void Clear()
    {
        for (var i = 0; i < _count; i++)
        {
            _counted[i].Held.Clear();
            _counted[i].Shared.Clear();
        }
    }

    internal void Add(in Endpoint source, ushort port)
    {
        for (var i = 0; i < _count; i++)
            if (_counted[i].Source == source)
                (_counted[i].Held.Contains(port) ? _counted[i].Shared : _counted[i].Held).Add(port);
    }

    /// <summary>Reports the counts, and chooses the addresses whose ports the next scan counts.</summary>
    internal void End(PortCensus census, long usable)
    {
        census.Sources.Clear();
        _sums.Clear();
        if (census.Table.Sockets >= Enough(usable))
            census.Table.AddUp(_sums, MaxAddresses);
        for (var i = 0; i < _count; i++)
            if (_sums.TryGetValue(_counted[i].Source, out var sum))
                census.Sources.Add(sum with
                {
                    Source = _counted[i].Source,
                    Distinct = _counted[i].Held.CountWithin(0, ushort.MaxValue),
                    Single = _counted[i].Held.CountWithin(0, ushort.MaxValue) - _counted[i].Shared.CountWithin(0, ushort.MaxValue),
                });
        census.HasUncounted = Choose(Enough(usable));
    }

    static long Enough(long usable) => Math.Max(2, usable * 4 / 5);

    /// <summary>Returns whether it chose an address that was not counted.</summary>
    bool Choose(long enough)
    {
        var (kept, isNew) = (0, false);
        for (var i = 0; i < _count; i++)
            if (_sums.TryGetValue(_counted[i].Source, out var sum) && sum.Sockets >= enough)
                (_counted[kept], _counted[i], kept) = (_counted[i], _counted[kept], kept + 1);
        _count = kept;
        foreach (var (source, sum) in _sums)
        {
            if (sum.Sockets < enough || _count == MaxSources || IsCounted(source))
                continue;
            (_counted[_count] ??= new Ports()).Source = source;
            (_count, isNew) = (_count + 1, true);
        }
        return isNew;
    }

    bool IsCounted(in Endpoint source)
    {
        for (var i = 0; i < _count; i++)
            if (_counted[i].Source == source)
                return true;
        return false;
    }
}
