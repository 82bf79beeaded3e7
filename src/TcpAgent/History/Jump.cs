using System.Globalization;
using TcpAgent.Kernel;

namespace TcpAgent.History;

/// <summary>
/// Finds when a number leaves what was usual: by half, and by sixteen at least. What was usual is a mean of about the last half
/// minute.
/// </summary>
sealed class Jump(string series, string name, List<HistoryEvent> events)
{
    const int Least = 16;

    const double Weight = 1 / 30.0;

    /// <summary>After so many milliseconds the new level is the usual one.</summary>
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

    /// <summary>Tells what has begun; the level of now is the usual one after that.</summary>
    internal void Finish()
    {
        if (_isUp)
            Tell($"still up after {Timeline.Seconds(_last - _start)}");
    }

    void Tell(string end)
    {
        var climb = _peakTime - _start < 1000 ? "" : $" within {Timeline.Seconds(_peakTime - _start)}";
        var from = Math.Round(_usual).ToString(CultureInfo.InvariantCulture);
        events.Add(new HistoryEvent(_start, series, $"{name} jumps from {from} to {_peak}{climb}, {end}"));
        (_isUp, _usual) = (false, _value);
    }
}
