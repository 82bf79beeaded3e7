using TcpAgent.Kernel;

namespace TcpAgent.History;

/// <summary>Finds when a counter moves, and reports by how much once it has rested for ten seconds.</summary>
sealed class Burst(string series, string text, List<HistoryEvent> events)
{
    const long Rest = 10_000;

    long _last = KernelValue.Absent;
    long _start;
    long _end;
    long _count;

    internal void Add(long time, long value)
    {
        var more = value == KernelValue.Absent || _last == KernelValue.Absent ? 0 : value - _last;
        _last = value == KernelValue.Absent ? _last : value;
        if (more > 0)
        {
            _start = _count == 0 ? time : _start;
            (_end, _count) = (time, _count + more);
        }
        else if (_count > 0 && time - _end > Rest)
        {
            Finish();
        }
    }

    internal void Finish()
    {
        if (_count > 0)
            events.Add(new HistoryEvent(
                _start, series,
                $"{text.Replace("{0}", $"{_count}", StringComparison.Ordinal)} within {Timeline.Seconds(Math.Max(1000, _end - _start))}",
                EventKind.Loss));
        _count = 0;
    }
}
