using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>
/// Local UDP ports by source address. Names one address if it, together with the sockets on all addresses, holds as many ports as all
/// addresses together; otherwise names all addresses.
/// </summary>
sealed class UdpPortUsage(UdpSockets sockets) : Usage
{
    internal override void Look(ref Scan scan)
    {
        var ports = sockets.Ports;
        if (!sockets.IsKnown || !ports.IsKnown)
            return;
        foreach (var (address, used) in ports.Worst)
            scan.Offer(used, ports.Usable, sockets.InstanceOf(address));
        scan.Offer(ports.UsedIPv4, ports.Usable, sockets.InstanceOf(default(Kernel.Endpoint).AnyIPv4));
        scan.Offer(ports.UsedIPv6, ports.Usable, sockets.InstanceOf(default));
    }
}
