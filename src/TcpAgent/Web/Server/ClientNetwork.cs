using System.Net;
using System.Net.Sockets;

namespace TcpAgent.Web;

/// <summary>What counts as one client where clients share something.</summary>
static class ClientNetwork
{
    /// <summary>A client's address, or for IPv6 its /64, because one host has a whole /64.</summary>
    internal static IPAddress Of(IPAddress? client)
    {
        if (client is null)
            return IPAddress.None;
        if (client.IsIPv4MappedToIPv6)
            return client.MapToIPv4();
        if (client.AddressFamily != AddressFamily.InterNetworkV6)
            return client;
        var bytes = client.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
