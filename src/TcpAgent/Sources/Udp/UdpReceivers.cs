using System.Runtime.CompilerServices;
using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>Follows the notable UDP receivers from scan to scan.</summary>
sealed class UdpReceivers(TimeSpan peakWindow, TimeProvider time)
{
    internal const int MaxReceivers = 256;

    internal const int MaxExported = 32;

    readonly Dictionary<Endpoint, UdpReceiver> _known = [];
    readonly UdpReceiver[] _exported = new UdpReceiver[MaxExported];

    int _ranked;

    internal Dictionary<Endpoint, UdpReceiver>.ValueCollection Known => _known.Values;

    /// <summary>The result of the last ranking.</summary>
    internal ReadOnlySpan<UdpReceiver> Ranked => _exported.AsSpan(0, _ranked);

    internal void Take(UdpCensus census)
    {
        Lose();
        foreach (ref readonly var queue in census.Notable)
            (_known.TryGetValue(queue.Local, out var receiver) ? receiver : Learn(queue.Local))?.Add(queue);
    }

    internal void Record(long timestamp)
    {
        foreach (var receiver in Known)
            receiver.Record(timestamp);
    }

    /// <summary>Returns null if there is no room because too many lose datagrams.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    UdpReceiver? Learn(Endpoint local)
    {
        if (_known.Count >= MaxReceivers)
            Forget();
        return _known.Count >= MaxReceivers ? null : _known[local] = new UdpReceiver(local, peakWindow, time);
    }

    void Forget()
    {
        foreach (var (local, receiver) in _known)
            if (receiver.IsQuiet && receiver.Used == 0)
                _known.Remove(local);
    }

    /// <summary>Returns the receivers that lose most or were fullest first. Valid until the next call.</summary>
    internal ReadOnlySpan<UdpReceiver> Rank(out int omitted)
    {
        var (count, notable) = (0, 0);
        foreach (var receiver in Known)
        {
            if (receiver.IsQuiet && receiver.Drops == 0)
                continue;
            notable++;
            Top.Offer(_exported, ref count, receiver, Precedes);
        }
        omitted = notable - count;
        _ranked = count;
        return Ranked;
    }

    static bool Precedes(UdpReceiver one, UdpReceiver other) => Rank(one).CompareTo(Rank(other)) > 0;

    static (long, Fullness, long) Rank(UdpReceiver receiver) =>
        (receiver.RecentDrops, Fullness.Of(receiver.Peak, receiver.Limit), receiver.Drops);

    /// <summary>Called when the use is unknown. The sums continue.</summary>
    internal void Lose()
    {
        foreach (var receiver in Known)
            receiver.Begin();
    }
}
