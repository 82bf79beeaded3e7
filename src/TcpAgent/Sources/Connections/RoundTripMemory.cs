using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// The round trips that the kernel remembers of closed connections (tcp_metrics). The destinations that are in the tables of connects, of
/// connections without progress and of ports are asked for, at most forty, one request each: a dump would have every peer of the host.
/// </summary>
/// <param name="dump">Generic netlink.</param>
/// <param name="tables">The tables, whose instances are destinations.</param>
sealed class RoundTripMemory(NetlinkDump dump, params Table[] tables) : IDisposable
{
    /// <summary>Destinations asked for; the tables together have no more.</summary>
    const int Most = 40;

    internal static readonly Rows Rows = new("address", "port");

    internal static readonly Row RoundTrip = Rows.Hidden(
        "tcpagent_remembered_round_trip", "Microseconds, of the last connection to the address that was closed.");

    readonly (Instance Instance, Endpoint Of, long RoundTrip)[] _known = new (Instance, Endpoint, long)[Most];
    int _count;
    ushort _family;
    byte[] _requestIPv4 = [], _requestIPv6 = [];

    /// <summary>Fills the table. It asks on the slow lane and keeps the answers in between.</summary>
    internal void Take(in Tick tick, Table table)
    {
        if (tick.IsSlow)
            Ask();
        table.Withdraw();
        foreach (ref readonly var one in _known.AsSpan(0, _count))
            table.Add(one.Instance)[RoundTrip] = one.RoundTrip;
    }

    void Ask()
    {
        _count = 0;
        var asked = 0;
        foreach (var table in tables)
            for (var i = 0; i < table.Count && asked < Most; i++)
            {
                var instance = table.InstanceAt(i);
                if (!TryDestination(instance, out var of) || IsKnown(of))
                    continue;
                asked++;
                if (LearnFamily() && TryAsk(of, out var roundTrip))
                    _known[_count++] = (instance, of, roundTrip);
            }
    }

    /// <summary>False for what is no single address, and for this host, whose round trip says nothing.</summary>
    static bool TryDestination(Instance instance, out Endpoint of)
    {
        of = instance switch
        {
            EndpointInstance { Endpoint: var endpoint } => endpoint,
            TupleInstance { Tuple.Destination: var destination } => destination,
            _ => default,
        };
        return (of.High, of.Low) != default && !of.IsLoopback;
    }

    bool IsKnown(in Endpoint of)
    {
        foreach (ref readonly var one in _known.AsSpan(0, _count))
            if (one.Of == of)
                return true;
        return false;
    }

    /// <summary>The kernel chooses the type of the messages when it starts.</summary>
    bool LearnFamily()
    {
        if (_family != 0)
            return true;
        if (!GenericNetlink.TryFind(dump, TcpMetrics.Family, out _family))
            return false;
        (_requestIPv4, _requestIPv6) = (TcpMetrics.Request(_family, isIPv4: true), TcpMetrics.Request(_family, isIPv4: false));
        return true;
    }

    bool TryAsk(in Endpoint of, out long roundTrip)
    {
        var request = of.IsIPv4 ? _requestIPv4 : _requestIPv6;
        TcpMetrics.SetAddress(request, of);
        dump.Begin(request);
        roundTrip = 0;
        return dump.TryRead(out var type, out var payload) && type == _family && TcpMetrics.TryReadRoundTrip(payload, out roundTrip);
    }

    /// <summary>Closes the descriptor; the next request learns the family again.</summary>
    internal void Close()
    {
        dump.Close();
        _family = 0;
    }

    public void Dispose() => dump.Dispose();
}
