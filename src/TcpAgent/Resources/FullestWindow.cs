using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>
/// The fullest state of a resource in a sliding window, with the limit and the subject of that moment. The window is divided like that of
/// <see cref="PeakWindow"/>, so two scrapers see the same.
/// </summary>
sealed class FullestWindow(TimeSpan window, TimeProvider time)
{
    const int Parts = PeakWindow.FewParts;

    /// <summary>The window that always shows at least this much, because it drops whole parts.</summary>
    internal static TimeSpan LengthToShow(TimeSpan duration) => duration * Parts / (Parts - 1);

    readonly long _partLength = Math.Max(1, (long)(window.TotalSeconds * time.TimestampFrequency / Parts));
    readonly Fill[] _parts = NoParts();
    long _part = -1;

    internal Fill Fullest { get; private set; } = Fill.None;

    /// <summary>An unknown fill only advances the window.</summary>
    internal void Record(long timestamp, in Fill fill)
    {
        var part = timestamp / _partLength;
        if (part != _part)
            Advance(part);
        ref var current = ref _parts[part % Parts];
        if (IsAtLeast(fill, current))
            current = fill;
        if (IsAtLeast(fill, Fullest))
            Fullest = fill;
    }

    /// <summary>Of two equally full states the newer counts.</summary>
    static bool IsAtLeast(in Fill fill, in Fill other) => fill.IsKnown && !other.IsFullerThan(fill);

    void Advance(long part)
    {
        var passed = _part < 0 ? 0 : Math.Min(part - _part, Parts);
        for (var i = 0; i < passed; i++)
            _parts[(part - i) % Parts] = Fill.None;
        _part = part;
        Fullest = Fill.None;
        for (var i = Parts - 1; i >= 0; i--)
        {
            // Searches from the newest back, so that the newer of two equally full states counts.
            ref readonly var candidate = ref _parts[(part + Parts - (Parts - 1 - i)) % Parts];
            if (candidate.IsFullerThan(Fullest))
                Fullest = candidate;
        }
    }

    static Fill[] NoParts()
    {
        var parts = new Fill[Parts];
        parts.AsSpan().Fill(Fill.None);
        return parts;
    }
}
