using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>A source address with all its destinations.</summary>
sealed class SourceInstance(Endpoint source) : Instance($"{source.Address} -> any destination", ("source", source.Address.ToString()))
{
    internal Endpoint Source { get; } = source;
}
