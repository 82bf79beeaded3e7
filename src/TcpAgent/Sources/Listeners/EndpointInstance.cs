using System.Globalization;
using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>An address and port with a listener, and the device if it is bound to one.</summary>
/// <param name="endpoint">The identity of the listener in the kernel.</param>
/// <param name="device">The device's name for people, or its index if the name is unknown; empty for all devices.</param>
sealed class EndpointInstance(Endpoint endpoint, string device = "") : Instance(endpoint.ToString(device), LabelsOf(endpoint, device))
{
    internal Endpoint Endpoint { get; } = endpoint;

    internal string Device { get; } = device;

    /// <summary>The labels of the address, with the device if there is one, and of the port.</summary>
    internal static (string Name, string Value)[] LabelsOf(Endpoint endpoint, string device) =>
    [
        ("address", device.Length == 0 ? endpoint.Address.ToString() : $"{endpoint.Address}%{device}"),
        ("port", endpoint.Port.ToString(CultureInfo.InvariantCulture)),
    ];
}
