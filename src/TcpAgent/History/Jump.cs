using System.Globalization;
using TcpAgent.Kernel;

namespace TcpAgent.History;

/// <summary>
/// Finds when a number leaves its usual level, by half and by at least sixteen. The usual level is a mean over about the last half minute.
/// </summary>
sealed class Jump(string series, string name, List<HistoryEvent> events)
{
    const int Least = 16;

    const double Weight = 1 / 30.0;

    /// <summary>After this many milliseconds the new level becomes the usual one.</summary>
    const long Longest = 5 * 60_000;

    double _usual = double.NaN;
    bool _isUp;
    long _start;
    long _peak;
    long _peakTime;
    long _last;
    long _value;

    internal void Add(long time, long value)
    {
        _last = time;
        if (value == KernelValue.Absent)
            return;
        _value = value;
        if (double.IsNaN(_usual))
            _usual = value;
        if (!_isUp && value - _usual < Math.Max(Least, _usual / 2))
        {
            _usual += (value - _usual) * Weight;
            return;
        }
        if (!_isUp)
            (_isUp, _start, _peak, _peakTime) = (true, time, value, time);
        if (value > _peak)
            (_peak, _peakTime) = (value, time);
        if (value <= _usual + ((_peak - _usual) / 4))
            Tell($"back after {Timeline.Seconds(time - _start)}");
        else if (time - _start > Longest)
            Tell("and stays up");
    }

    /// <summary>Reports a jump that has begun; the present level then becomes the usual one.</summary>
    internal void Finish()
    {
        if (_isUp)
            Tell($"still up after {Timeline.Seconds(_last - _start)}");
    }

    void Tell(string end)
    {
        var climb = _peakTime - _start < 1000 ? "" : $" within {Timeline.Seconds(_peakTime - _start)}";
        var from = Math.Round(_usual).ToString(CultureInfo.InvariantCulture);
        events.Add(new HistoryEvent(_start, series, $"{name} jumps from {from} to {_peak}{climb}, {end}", EventKind.Jump));
        (_isUp, _usual) = (false, _value);
    }
}
