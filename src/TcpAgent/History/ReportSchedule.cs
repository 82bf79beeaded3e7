using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.History;

/// <summary>
/// When the explanation of the verdict is worth a place in the file: as soon as a resource's state gets worse, once more when the figures
/// have had time to grow, and each minute while something limits.
/// </summary>
sealed class ReportSchedule
{
    /// <summary>Milliseconds: from a turn to the second report, between later ones, and at least between two.</summary>
    internal const long Again = 15_000, Every = 60_000, Least = 10_000;

    const long Never = long.MaxValue;

    readonly long[] _states = new long[ResourceCatalog.All.Length];
    long _turn;
    long _last = long.MinValue / 2;
    long _next = Never;
    long _time;

    /// <summary>Called for each record written. True if a report belongs behind it.</summary>
    internal bool IsDue(ReadOnlySpan<byte> record)
    {
        var (time, verdict) = (HistoryRecord.TimeOf(record), HistoryRecord.VerdictOf(record));
        if (time < _time)
            (_last, _next) = (time - Least, verdict > 0 ? time : Never);
        _time = time;
        if (HasWorsened(record))
            (_turn, _next) = (time, Math.Min(_next, Math.Max(time, _last + Least)));
        if (verdict <= (long)ResourceState.Ok)
            _next = Never;
        if (time < _next)
            return false;
        _last = time;
        _next = time - _turn < Again ? _turn + Again : verdict == (long)ResourceState.Limiting ? time + Every : Never;
        return true;
    }

    bool HasWorsened(ReadOnlySpan<byte> record)
    {
        var hasWorsened = false;
        for (var i = 0; i < _states.Length; i++)
        {
            var state = HistoryRecord.ValueOf(record, Series.FirstResource + (Series.PerResource * i) + Series.PerResource - 1);
            hasWorsened |= state > Math.Max(0, _states[i]);
            _states[i] = state;
        }
        return hasWorsened;
    }
}
