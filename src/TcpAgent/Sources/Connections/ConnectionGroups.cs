using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// The ten listeners and the ten destinations with the most connections, as far as the sample shows, and the rest of each kind as one. A
/// group keeps its place while it has connections, unless another has twice as many.
/// </summary>
sealed class ConnectionGroups
{
    /// <summary>Groups of each kind.</summary>
    internal const int Most = 10;

    readonly TimeSpan _window;
    readonly TimeProvider _time;
    readonly Dictionary<ConnectionKey, ConnectionGroup> _groups = [];
    readonly Dictionary<ConnectionKey, int> _counts = [];
    readonly ConnectionGroup _otherIncoming, _otherOutgoing;
    readonly Func<ConnectionKey, EndpointInstance> _instanceOf;

    /// <param name="instanceOf">The instance of a listener or destination.</param>
    /// <param name="window">The peak window.</param>
    /// <param name="time">The sampler's clock.</param>
    internal ConnectionGroups(Func<ConnectionKey, EndpointInstance> instanceOf, TimeSpan window, TimeProvider time)
    {
        (_instanceOf, _window, _time) = (instanceOf, window, time);
        _otherIncoming = new ConnectionGroup(new ConnectionInstance(isIncoming: true, of: null), window, time);
        _otherOutgoing = new ConnectionGroup(new ConnectionInstance(isIncoming: false, of: null), window, time);
    }

    /// <summary>Adds the connections of one look.</summary>
    internal void Take(long timestamp, ConnectionCensus census)
    {
        _counts.Clear();
        foreach (ref readonly var sample in CollectionsMarshal.AsSpan(census.Samples))
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, sample.Key, out _)++;
        Admit(isIncoming: true);
        Admit(isIncoming: false);
        foreach (ref readonly var sample in CollectionsMarshal.AsSpan(census.Samples))
            Of(sample.Key).Add(sample, census.Parts);
        foreach (var (key, group) in _groups)
        {
            group.Take(timestamp);
            if (group.Sums.Recent(ConnectionSum.Sampled) == 0)
                _groups.Remove(key);
        }
        _otherIncoming.Take(timestamp);
        _otherOutgoing.Take(timestamp);
    }

    ConnectionGroup Of(in ConnectionKey key) =>
        _groups.TryGetValue(key, out var group) ? group : key.IsIncoming ? _otherIncoming : _otherOutgoing;

    /// <summary>Gives free places to the largest newcomers, and a place of one that has half as many connections.</summary>
    void Admit(bool isIncoming)
    {
        Span<(ConnectionKey Key, int Count)> newcomers = stackalloc (ConnectionKey, int)[Most];
        var count = 0;
        foreach (var (key, connections) in _counts)
            if (key.IsIncoming == isIncoming && key.Endpoint != default && !_groups.ContainsKey(key))
                Top.Offer(newcomers, ref count, (key, connections), static (one, other) => one.Item2 > other.Item2);
        foreach (var (key, connections) in newcomers[..count])
            if (HasPlace(isIncoming, connections))
                Learn(key);
    }

    bool HasPlace(bool isIncoming, int connections)
    {
        var (places, least) = (0, default(KeyValuePair<ConnectionKey, ConnectionGroup>));
        foreach (var one in _groups)
        {
            if (one.Key.IsIncoming != isIncoming)
                continue;
            places++;
            if (least.Value is null || one.Value.Last(ConnectionSum.Sampled) < least.Value.Last(ConnectionSum.Sampled))
                least = one;
        }
        if (places < Most)
            return true;
        return connections > 2 * least.Value.Last(ConnectionSum.Sampled) && _groups.Remove(least.Key);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Learn(in ConnectionKey key) => _groups[key] = new ConnectionGroup(
        new ConnectionInstance(key.IsIncoming, _instanceOf(key)), _window, _time);

    /// <summary>Fills the table.</summary>
    /// <param name="table">The table of <see cref="ConnectionRows.Groups"/>, empty.</param>
    /// <param name="looks">
    /// Looks within the window, also those before a group was known: it is known from the first look that saw it, so a mean from there on
    /// would be too high. 0 if each look sees all connections, so that the last tells how many there are.
    /// </param>
    internal void Store(Table table, long looks)
    {
        foreach (var (_, group) in _groups)
            Store(table, group, looks);
        Store(table, _otherIncoming, looks);
        Store(table, _otherOutgoing, looks);
    }

    static void Store(Table table, ConnectionGroup group, long looks)
    {
        if (group.Sums.Total(ConnectionSum.Sampled) > 0)
            ConnectionRows.Fill(table.Add(group.Instance), group, looks);
    }
}
