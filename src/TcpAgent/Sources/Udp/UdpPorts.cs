using System.Runtime.InteropServices;
using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// The local UDP ports of the range that are taken. A socket that is not bound to an address chooses a port for all addresses, even if it
/// then connects (net/ipv4/udp.c, udp_lib_get_port): it cannot get a port that any address holds. For a socket that first binds to an
/// address, only the ports of that address and of sockets on all addresses are taken. An IPv6 socket on all addresses takes the IPv4 port
/// too.
/// </summary>
sealed class UdpPorts
{
    internal const int MaxWorst = 8;

    /// <summary>Maximum number of addresses distinguished. Ports of further ones count only for all addresses.</summary>
    const int MaxAddresses = 1024;

    /// <summary>Ports taken for a socket that binds to no address of the family.</summary>
    readonly PortList _ipv4 = new(), _ipv6 = new();

    /// <summary>Ports held by sockets on all addresses of the family.</summary>
    readonly PortList _anyIPv4 = new(), _anyIPv6 = new();

    readonly Dictionary<Endpoint, int> _addresses = [];
    readonly (Endpoint Address, long Used)[] _worst = new (Endpoint, long)[MaxWorst];
    PortList? _reserved;
    int _count;
    ushort _first, _last;

    /// <summary>True if the sysctls could be read.</summary>
    internal bool IsKnown => _reserved is not null;

    /// <summary>Ports of the range that are not reserved.</summary>
    internal long Usable { get; private set; }

    /// <summary>Ports taken for a socket that binds to no address, of IPv4 and of IPv6.</summary>
    internal long UsedIPv4 { get; private set; }

    internal long UsedIPv6 { get; private set; }

    /// <summary>
    /// Addresses that hold ports of their own, each with the number of ports taken for a socket that binds to it, the most first.
    /// </summary>
    internal ReadOnlySpan<(Endpoint Address, long Used)> Worst => _worst.AsSpan(0, _count);

    /// <param name="first">The first port of the range.</param>
    /// <param name="last">The last port of the range.</param>
    /// <param name="reserved">The reserved ports, unchanged until the end; null if the sysctls could not be read.</param>
    internal void Begin(ushort first, ushort last, PortList? reserved)
    {
        _addresses.Clear();
        _count = 0;
        _ipv4.Clear();
        _ipv6.Clear();
        _anyIPv4.Clear();
        _anyIPv6.Clear();
        (_first, _last, _reserved) = (first, last, reserved);
        Usable = reserved is null ? KernelValue.Absent : last - first + 1 - reserved.CountWithin(first, last);
    }

    bool IsUsable(ushort port) => _reserved is not null && port >= _first && port <= _last && !_reserved.Contains(port);

    internal void Add(Endpoint local, bool isIPv6Only)
    {
        if (!IsUsable(local.Port))
            return;
        var isAny = local == local.AnyIPv4 || local == local.AnyIPv6;
        _ipv6.Add(local.Port);
        if (local.IsIPv4 || (isAny && !isIPv6Only))
            _ipv4.Add(local.Port);
        if (!isAny)
            return;
        if (local.IsIPv4 || !isIPv6Only)
            _anyIPv4.Add(local.Port);
        if (!local.IsIPv4)
            _anyIPv6.Add(local.Port);
    }

    /// <summary>Takes each address and port once, after all sockets were added.</summary>
    internal void Count(Endpoint local)
    {
        if (!IsUsable(local.Port) || local == local.AnyIPv4 || local == local.AnyIPv6)
            return;
        if ((local.IsIPv4 ? _anyIPv4 : _anyIPv6).Contains(local.Port))
            return;
        var address = local with { Port = 0 };
        if (_addresses.Count >= MaxAddresses && !_addresses.ContainsKey(address))
            return;
        CollectionsMarshal.GetValueRefOrAddDefault(_addresses, address, out _)++;
    }

    internal void End()
    {
        if (!IsKnown)
            return;
        (UsedIPv4, UsedIPv6) = (_ipv4.CountWithin(_first, _last), _ipv6.CountWithin(_first, _last));
        var (anyIPv4, anyIPv6) = (_anyIPv4.CountWithin(_first, _last), _anyIPv6.CountWithin(_first, _last));
        foreach (var (address, own) in _addresses)
            Top.Offer(_worst, ref _count, (address, own + (address.IsIPv4 ? anyIPv4 : anyIPv6)), Precedes);
    }

    /// <summary>Orders equals in a fixed way.</summary>
    static bool Precedes((Endpoint Address, long Used) one, (Endpoint Address, long Used) other) =>
        one.Used != other.Used
            ? one.Used > other.Used
            : (one.Address.High, one.Address.Low).CompareTo((other.Address.High, other.Address.Low)) < 0;
}
