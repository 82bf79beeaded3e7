using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>A group of connections: those that a listener accepted, or those to one destination.</summary>
/// <param name="IsIncoming">Whether this host accepted them.</param>
/// <param name="Endpoint">The listener or the destination; default for all without a group of their own.</param>
readonly record struct ConnectionKey(bool IsIncoming, Endpoint Endpoint)
{
    /// <summary>A hash that peers, who choose addresses, cannot predict.</summary>
    public override int GetHashCode() => HashCode.Combine(IsIncoming, Endpoint.High, Endpoint.Low, Endpoint.Port, Endpoint.Device);
}
