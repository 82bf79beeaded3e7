using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>
/// Distinguishes a queue that stays near its limit from one that is emptied at once and that a sample may see full by chance. The same
/// instance must be near at three consecutive samples, over at least a second.
/// </summary>
sealed class NearStay(Resource resource, Usage? usage, TimeSpan window, TimeProvider time)
{
    const int Samples = 3;

    /// <summary>Milliseconds: a second, minus the time that a tick may come early.</summary>
    const long Least = 900;

    readonly PeakWindow _near = new(1, window, time, PeakWindow.FewParts);
    Instance? _of;
    long _since;
    int _samples;

    /// <summary>True if the queue stayed near its limit within the window.</summary>
    internal bool WasNear => _near[0] > 0;

    internal void Update(long timestamp, in Fill fullest)
    {
        var fill = IsNear(fullest) ? Candidate(fullest) : Fill.None;
        if (!fill.IsKnown)
            _samples = 0;
        else if (_samples == 0 || !ReferenceEquals(fill.Of, _of))
            (_of, _since, _samples) = (fill.Of, timestamp, 1);
        else
            _samples++;
        var isNear = fill.IsKnown && (fill.Used >= resource.StaysBelow || (HasStayed(timestamp) && usage?.IsPassing(fill.Of) != true));
        _near.Record(timestamp, [isNear ? 1 : 0]);
    }

    /// <summary>The instance that was near at the previous sample, as long as it still is; otherwise the fullest now.</summary>
    Fill Candidate(in Fill fullest)
    {
        if (_samples == 0 || ReferenceEquals(fullest.Of, _of))
            return fullest;
        var again = new Scan(_of);
        usage?.Look(ref again);
        return IsNear(again.Followed) ? again.Followed : fullest;
    }

    bool HasStayed(long timestamp) => _samples >= Samples && time.GetElapsedTime(_since, timestamp).TotalMilliseconds >= Least;

    static bool IsNear(in Fill fill) => fill.Fullness.Share >= Resource.Near;
}
