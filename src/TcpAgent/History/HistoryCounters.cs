namespace TcpAgent.History;

/// <summary>Counters of the recorder. The sampler's and the writer's threads write them, and the next sample exports them.</summary>
sealed class HistoryCounters
{
    long _written;
    long _lost;
    long _failures;
    long _incidents;
    int _isFailing;

    internal long Written => Interlocked.Read(ref _written);

    internal long Lost => Interlocked.Read(ref _lost);

    internal long Failures => Interlocked.Read(ref _failures);

    internal long Incidents => Interlocked.Read(ref _incidents);

    internal bool IsFailing
    {
        get => Volatile.Read(ref _isFailing) != 0;
        set => Volatile.Write(ref _isFailing, value ? 1 : 0);
    }

    internal void Write() => Interlocked.Increment(ref _written);

    internal void Lose() => Interlocked.Increment(ref _lost);

    internal void Fail() => Interlocked.Increment(ref _failures);

    internal void Keep(int incidents) => Interlocked.Exchange(ref _incidents, incidents);
}
