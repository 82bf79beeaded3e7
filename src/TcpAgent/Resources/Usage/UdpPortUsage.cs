using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>
/// Local UDP ports by source address. Where one address, with the sockets on all addresses, holds as many as all together, it is named;
/// else all addresses are.
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
