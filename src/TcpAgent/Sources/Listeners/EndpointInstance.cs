using System.Globalization;
using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>An address and port that is listened on, and the device if it is on one alone.</summary>
/// <param name="endpoint">What the kernel tells listeners apart by.</param>
/// <param name="device">The device's name as people see it, or its index where that is all that is known; empty for all devices.</param>
sealed class EndpointInstance(Endpoint endpoint, string device = "") : Instance(
    endpoint.ToString(device), ("address", device.Length == 0 ? endpoint.Address.ToString() : $"{endpoint.Address}%{device}"),
    ("port", endpoint.Port.ToString(CultureInfo.InvariantCulture)))
{
    internal Endpoint Endpoint { get; } = endpoint;

    internal string Device { get; } = device;
}
