namespace TcpAgent.Web;

/// <summary>A share of one CPU: a reserve of CPU time that fills again at a constant rate. Thread safe.</summary>
/// <param name="reserve">CPU time that may be used at once.</param>
/// <param name="rate">CPU seconds a second, above 0.</param>
/// <param name="time">The clock.</param>
sealed class CpuShare(TimeSpan reserve, double rate, TimeProvider time)
{
    readonly Lock _lock = new();
    double _left = reserve.TotalNanoseconds;
    long _last = time.GetTimestamp();

    /// <summary>Whether nothing was used for so long that a new share would be the same.</summary>
    internal bool IsFull
    {
        get
        {
            lock (_lock)
            {
                Fill();
                return _left >= reserve.TotalNanoseconds;
            }
        }
    }

    /// <summary>The time until the share may be used again; zero or less while some of it is left.</summary>
    internal TimeSpan Wait
    {
        get
        {
            lock (_lock)
            {
                Fill();
                return TimeSpan.FromMicroseconds(-_left / 1000 / rate);
            }
        }
    }

    internal void Charge(long nanoseconds)
    {
        lock (_lock)
        {
            Fill();
            _left -= nanoseconds;
        }
    }

    void Fill()
    {
        var now = time.GetTimestamp();
        _left = Math.Min(reserve.TotalNanoseconds, _left + time.GetElapsedTime(_last, now).TotalNanoseconds * rate);
        _last = now;
    }
}
