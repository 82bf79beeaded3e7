using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>
/// Follows listening sockets from tick to tick. Drops are summed per socket by its cookie, so that a member that closes or a listener that
/// restarts neither loses nor repeats any. Allocates nothing while the set does not change.
/// </summary>
sealed class ListenerTable(TimeSpan peakWindow, TimeProvider time)
{
    /// <summary>Maximum number of sockets followed one by one; further ones are only counted.</summary>
    internal const int MaxSockets = 16 * 1024;

    struct Member
    {
        internal long Drops;
        internal int Generation;
    }

    readonly Dictionary<ulong, Member> _members = [];
    readonly Dictionary<Endpoint, Listener> _listeners = [];
    readonly List<Endpoint> _gone = [];
    readonly List<ulong> _goneMembers = [];
    int _generation;
    long _ends;
    int _seen;

    internal Dictionary<Endpoint, Listener>.ValueCollection Listeners => _listeners.Values;

    internal int Count => _listeners.Count;

    /// <summary>Listening sockets, including those beyond <see cref="MaxSockets"/>.</summary>
    internal long Sockets { get; private set; }

    /// <summary>Sockets that are not followed, and connections whose listener is unknown.</summary>
    internal long Unfollowed => Sockets - _seen + Omitted;

    /// <summary>Objects for which the last walk had no room.</summary>
    internal long Omitted { get; set; }

    /// <summary>Drops at all listeners seen so far, including closed ones; absent where the kernel does not report them.</summary>
    internal long Drops { get; private set; } = KernelValue.Absent;

    internal void Begin()
    {
        _generation++;
        _seen = 0;
        Sockets = 0;
        foreach (var listener in _listeners.Values)
            (listener.Sockets, listener.Length, listener.Limit, listener.FullestLength, listener.FullestLimit) = (
                0, 0, KernelValue.Absent, 0, KernelValue.Absent);
    }

    internal void Add(in ListenRow row)
    {
        Sockets++;
        if (_seen >= MaxSockets)
            return;
        _seen++;
        if (!_listeners.TryGetValue(row.Local, out var listener))
            listener = Learn(row.Local);
        if (row.Limit != KernelValue.Absent)
            listener.Limit = Math.Max(0, listener.Limit) + row.Limit;
        if (listener.Sockets == 0 || row.Length > listener.FullestLength)
            (listener.FullestLength, listener.FullestLimit, listener.Cgroup) = (row.Length, row.Limit, row.Cgroup);
        listener.Sockets++;
        listener.Length += row.Length;
        Follow(row, listener);
    }

    void Follow(in ListenRow row, Listener listener)
    {
        ref var member = ref CollectionsMarshal.GetValueRefOrAddDefault(_members, row.Id, out _);
        member.Generation = _generation;
        if (row.Drops == KernelValue.Absent)
            return;

        // sk_drops is an int that may wrap; a socket's count never falls otherwise.
        var more = unchecked((uint)row.Drops - (uint)member.Drops);
        member.Drops = row.Drops;
        listener.Drops += more;
        Drops = Math.Max(0, Drops) + more;
    }

    /// <summary>Removes listeners that were not seen, and records the peaks.</summary>
    internal void End(long timestamp)
    {
        if (_members.Count != _seen)
            ForgetMembers();
        foreach (var listener in _listeners.Values)
        {
            if (listener.Sockets == 0)
                _gone.Add(listener.Endpoint);
            else
                listener.Record(timestamp, isFirst: _ends == 0);
        }
        foreach (var endpoint in _gone)
            _listeners.Remove(endpoint);
        _gone.Clear();
        _ends++;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    Listener Learn(Endpoint endpoint) => _listeners[endpoint] = new Listener(endpoint, peakWindow, time);

    void ForgetMembers()
    {
        foreach (var (cookie, member) in _members)
            if (member.Generation != _generation)
                _goneMembers.Add(cookie);
        foreach (var cookie in _goneMembers)
            _members.Remove(cookie);
        _goneMembers.Clear();
    }

    /// <summary>
    /// The listener that takes connections to a local address and port on a device: one bound to that address, otherwise one on all
    /// addresses; in both cases one bound to the device comes first (net/ipv4/inet_hashtables.c, __inet_lookup_listener and compute_score).
    /// </summary>
    internal Listener? For(Endpoint local) => Find(local) ?? (local.IsIPv4 ? Find(local.AnyIPv4) : null) ?? Find(local.AnyIPv6);

    Listener? Find(Endpoint local) =>
        _listeners.TryGetValue(local, out var listener) || (local.Device != 0 && _listeners.TryGetValue(local.OnAnyDevice, out listener))
            ? listener
            : null;

    /// <summary>
    /// Names listeners that are bound to a device after it. The name may change, and is requested only if there are such listeners.
    /// </summary>
    internal void Name(LinkNames? links, in Tick tick)
    {
        foreach (var listener in _listeners.Values)
            if (listener.Endpoint.Device is not 0 and var index && links?.Refresh(tick) == 0 && links.TryGet(index, out var link)
                && !ReferenceEquals(listener.Instance.Device, link.Subject))
                listener.Instance = new EndpointInstance(listener.Endpoint, link.Subject);
    }

    internal void Clear()
    {
        _members.Clear();
        _listeners.Clear();
        Sockets = 0;
        _seen = 0;
    }
}
