using System.Runtime.InteropServices;
using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// The local UDP ports of the range that are taken. A socket that is not bound to an address chooses its port for all of them, also when it
/// then connects (net/ipv4/udp.c, udp_lib_get_port): a port that any address holds is taken for it. One that binds to an address first
/// finds only the ports of that address and of all addresses taken. An IPv6 socket on all addresses takes the port of IPv4 too.
/// </summary>
sealed class UdpPorts
{
    internal const int MaxWorst = 8;

    /// <summary>Addresses that are distinguished. Beyond them ports count only for all addresses.</summary>
    const int MaxAddresses = 1024;

    readonly PortList _reserved = new();

    /// <summary>Taken for a socket that binds to no address of the family.</summary>
    readonly PortList _ipv4 = new(), _ipv6 = new();

    /// <summary>Held by sockets on all addresses of the family.</summary>
    readonly PortList _anyIPv4 = new(), _anyIPv6 = new();

    readonly Dictionary<Endpoint, int> _addresses = [];
    readonly (Endpoint Address, long Used)[] _worst = new (Endpoint, long)[MaxWorst];
    int _count;
    ushort _first, _last;

    /// <summary>The settings could be read.</summary>
    internal bool IsKnown { get; private set; }

    /// <summary>Ports of the range that are not reserved.</summary>
    internal long Usable { get; private set; }

    /// <summary>Taken for a socket that binds to no address, of IPv4 and of IPv6.</summary>
    internal long UsedIPv4 { get; private set; }

    internal long UsedIPv6 { get; private set; }

    /// <summary>Addresses that hold ports of their own, and how many are taken for a socket that binds to it; the most first.</summary>
    internal ReadOnlySpan<(Endpoint Address, long Used)> Worst => _worst.AsSpan(0, _count);

    /// <summary>Returns the errno.</summary>
    internal int Begin(PortSettings settings)
    {
        _addresses.Clear();
        _count = 0;
        _ipv4.Clear();
        _ipv6.Clear();
        _anyIPv4.Clear();
        _anyIPv6.Clear();
        var errno = settings.Read(_reserved);
        IsKnown = errno == 0;
        (_first, _last) = (settings.First, settings.Last);
        Usable = IsKnown ? _last - _first + 1 - _reserved.CountWithin(_first, _last) : KernelValue.Absent;
        return errno;
    }

    bool IsUsable(ushort port) => port >= _first && port <= _last && !_reserved.Contains(port);

    internal void Add(Endpoint local, bool isIPv6Only)
    {
        if (!IsKnown || !IsUsable(local.Port))
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

    /// <summary>One address and port, once, after all were added.</summary>
    internal void Count(Endpoint local)
    {
        if (!IsKnown || !IsUsable(local.Port) || local == local.AnyIPv4 || local == local.AnyIPv6)
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

    /// <summary>Of equals always the same first.</summary>
    static bool Precedes((Endpoint Address, long Used) one, (Endpoint Address, long Used) other) =>
        one.Used != other.Used
            ? one.Used > other.Used
            : (one.Address.High, one.Address.Low).CompareTo((other.Address.High, other.Address.Low)) < 0;
}
