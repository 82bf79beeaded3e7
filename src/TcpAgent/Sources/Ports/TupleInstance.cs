using System.Globalization;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

sealed class TupleInstance(PortTuple tuple) : Instance(
    $"{tuple.Source.Address} -> {tuple.Destination}", ("source", tuple.Source.Address.ToString()),
    ("destination", tuple.Destination.Address.ToString()), ("port", tuple.Destination.Port.ToString(CultureInfo.InvariantCulture)))
{
    internal PortTuple Tuple { get; } = tuple;
}
