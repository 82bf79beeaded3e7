using System.Globalization;
using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The instances of tuples, source addresses and ports: each is created once and kept while it is exported.</summary>
sealed class PortInstances
{
    /// <summary>Maximum number of instances kept of each kind, beyond those of the tuples exported now.</summary>
    const int MaxInstances = 64;

    readonly Dictionary<PortTuple, TupleInstance> _tuples = [];
    readonly Dictionary<Endpoint, SourceInstance> _sources = [];
    readonly Dictionary<ushort, Instance> _ports = [];

    internal Instance Of(ushort port) => _ports.TryGetValue(port, out var known) ? known : Learn(port);

    internal SourceInstance Of(in Endpoint source) => _sources.TryGetValue(source, out var known) ? known : Learn(source);

    internal TupleInstance Of(in PortTuple tuple, PortCensus census) =>
        _tuples.TryGetValue(tuple, out var known) ? known : Learn(tuple, census);

    [MethodImpl(MethodImplOptions.NoInlining)]
    Instance Learn(ushort port)
    {
        if (_ports.Count == MaxInstances)
            _ports.Clear();
        var number = port.ToString(CultureInfo.InvariantCulture);
        return _ports[port] = new Instance(number, ("port", number));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    SourceInstance Learn(in Endpoint source)
    {
        if (_sources.Count == MaxInstances)
            _sources.Clear();
        return _sources[source] = new SourceInstance(source);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    TupleInstance Learn(in PortTuple tuple, PortCensus census)
    {
        if (_tuples.Count == MaxInstances)
            Forget(census);
        return _tuples[tuple] = new TupleInstance(tuple);
    }

    /// <summary>Forgets the instances of all tuples except the fullest, which are exported and followed.</summary>
    void Forget(PortCensus census)
    {
        foreach (var (known, _) in _tuples)
            if (census.Worst[^1].Precedes(census.Table.Of(known)))
                _tuples.Remove(known);
    }
}
