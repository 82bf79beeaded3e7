using TcpAgent.Kernel;

namespace TcpAgent.Metrics;

/// <summary>
/// The highest value of each of a fixed number of series in a sliding window. The window is divided into equal parts of the monotonic
/// clock, so its value does not depend on scrapes, and two scrapers see the same. It drops whole parts, so the time covered is between its
/// length and one part less.
/// </summary>
sealed class PeakWindow
{
    internal const int DefaultParts = 60;

    /// <summary>The number of parts that is enough where there are many windows.</summary>
    internal const int FewParts = 12;

    readonly int _series;
    readonly int _count;
    readonly long _partLength;
    readonly long[] _parts;
    readonly long[] _peaks;
    long _part = -1;

    internal PeakWindow(int series, TimeSpan window, TimeProvider time, int parts = DefaultParts)
    {
        _series = series;
        _count = parts;
        _partLength = Math.Max(1, (long)(window.TotalSeconds * time.TimestampFrequency / parts));
        _parts = new long[parts * series];
        _peaks = new long[series];
        _parts.AsSpan().Fill(KernelValue.Absent);
        _peaks.AsSpan().Fill(KernelValue.Absent);
    }

    /// <summary>The peak of a series; <see cref="KernelValue.Absent"/> if it had no value in the window.</summary>
    internal long this[int series] => _peaks[series];

    internal void Record(long timestamp, ReadOnlySpan<long> values)
    {
        Advance(timestamp / _partLength);
        var current = Part(_part);
        for (var i = 0; i < _series; i++)
        {
            // Absent is the smallest long, so it never wins against a value.
            current[i] = Math.Max(current[i], values[i]);
            _peaks[i] = Math.Max(_peaks[i], values[i]);
        }
    }

    void Advance(long part)
    {
        if (part == _part)
            return;
        // Before the first value all parts are already absent.
        var passed = _part < 0 ? 0 : Math.Min(part - _part, _count);
        for (var i = 0; i < passed; i++)
            Part(part - i).Fill(KernelValue.Absent);
        _part = part;
        _peaks.AsSpan().Fill(KernelValue.Absent);
        for (var i = 0; i < _count; i++)
        {
            var values = Part(i);
            for (var series = 0; series < _series; series++)
                _peaks[series] = Math.Max(_peaks[series], values[series]);
        }
    }

    Span<long> Part(long part) => _parts.AsSpan((int)(part % _count) * _series, _series);
}
