using System.Runtime.CompilerServices;

namespace TcpAgent.Sources;

/// <summary>Chooses the listeners to export: all, or the busiest if there are too many.</summary>
sealed class ListenerRanking(int max)
{
    /// <summary>The number of steps into which the limit is divided, for an integer score that sorts without a custom comparer.</summary>
    const int Steps = 1024;

    Listener[] _ranked = [];
    ulong[] _scores = [];
    int _chosen;

    /// <summary>The result of the last choice.</summary>
    internal ReadOnlySpan<Listener> Chosen => _ranked.AsSpan(0, _chosen);

    /// <summary>Returns the busiest first if not all are exported. Valid until the next call.</summary>
    internal ReadOnlySpan<Listener> Choose(ListenerTable table)
    {
        if (_ranked.Length < table.Count)
            Grow(table.Count);
        var count = 0;
        foreach (var listener in table.Listeners)
            _ranked[count++] = listener;
        _chosen = Math.Min(count, max);
        if (count <= max)
            return Chosen;
        for (var i = 0; i < count; i++)
            _scores[i] = ~Score(_ranked[i]);
        Array.Sort(_scores, _ranked, 0, count);
        return Chosen;
    }

    /// <summary>
    /// Ranks listeners whose connections wait too long first, then by fullness of the peak, drops and half-open connections.
    /// </summary>
    static ulong Score(Listener listener)
    {
        var fullness = listener.RecentLate > 0 ? ushort.MaxValue
            : (ulong)Math.Clamp(Steps * Fullness.Of(listener.Peak, listener.Limit).Share, 0, ushort.MaxValue - 1);
        var drops = (ulong)Math.Min(uint.MaxValue, listener.Drops);
        return (fullness << 48) | (drops << 16) | (ulong)Math.Clamp(listener.SynRecv, 0, ushort.MaxValue);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Grow(int count)
    {
        _ranked = new Listener[count * 2];
        _scores = new ulong[count * 2];
    }
}
