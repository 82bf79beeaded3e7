using System.Globalization;
using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>An address and port that is listened on.</summary>
sealed class EndpointInstance(Endpoint endpoint) : Instance(
    endpoint.ToString(), ("address", endpoint.Address.ToString()), ("port", endpoint.Port.ToString(CultureInfo.InvariantCulture)))
{
    internal Endpoint Endpoint { get; } = endpoint;
}
