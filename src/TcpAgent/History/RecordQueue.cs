namespace TcpAgent.History;

/// <summary>
/// Passes records from the sampler's thread to the writer's without locking or waiting: a disk that hangs fills the queue and delays
/// nobody. One thread adds, one removes.
/// </summary>
sealed class RecordQueue : IDisposable
{
    /// <summary>One minute of records: a disk may be busy for that long without a gap.</summary>
    internal const int Length = 64;

    readonly byte[] _bytes = new byte[Length * HistoryRecord.Size];
    readonly AutoResetEvent _signal = new(initialState: false);
    long _put;
    long _taken;

    /// <summary>Room for one record, to be filled and then published; empty when there is none.</summary>
    internal Span<byte> Reserve() => _put - Volatile.Read(ref _taken) < Length ? At(_put) : [];

    internal void Publish()
    {
        Volatile.Write(ref _put, _put + 1);
        _signal.Set();
    }

    /// <summary>The oldest record, to be released after use; empty when there is none.</summary>
    internal Span<byte> Peek() => _taken < Volatile.Read(ref _put) ? At(_taken) : [];

    internal void Release() => Volatile.Write(ref _taken, _taken + 1);

    internal bool IsEmpty => Volatile.Read(ref _taken) == Volatile.Read(ref _put);

    internal void Wait() => _signal.WaitOne();

    internal void Wake() => _signal.Set();

    Span<byte> At(long number) => _bytes.AsSpan((int)(number % Length) * HistoryRecord.Size, HistoryRecord.Size);

    public void Dispose() => _signal.Dispose();
}
