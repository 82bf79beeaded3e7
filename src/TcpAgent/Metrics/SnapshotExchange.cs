namespace TcpAgent.Metrics;

/// <summary>
/// Gives the newest snapshot to any number of readers while the sampler fills the next. The number of snapshots grows with readers that
/// overlap a swap, which the limit on concurrent scrapes bounds; after that none is allocated.
/// </summary>
sealed class SnapshotExchange(IReadOnlyList<Table> layout)
{
    readonly Lock _lock = new();
    readonly List<Snapshot> _idle = [];
    Snapshot? _current;

    internal void Publish(long timestamp)
    {
        Snapshot next;
        lock (_lock)
            next = TakeIdle() ?? new Snapshot(layout);
        next.CopyFrom(layout, timestamp);
        lock (_lock)
        {
            if (_current is { Readers: 0 } old)
                _idle.Add(old);
            _current = next;
        }
    }

    /// <summary>The newest snapshot, which the caller must release; null before the first sample.</summary>
    internal Snapshot? Acquire()
    {
        lock (_lock)
        {
            if (_current is not null)
                _current.Readers++;
            return _current;
        }
    }

    internal void Release(Snapshot snapshot)
    {
        lock (_lock)
        {
            if (--snapshot.Readers == 0 && !ReferenceEquals(snapshot, _current))
                _idle.Add(snapshot);
        }
    }

    Snapshot? TakeIdle()
    {
        if (_idle.Count == 0)
            return null;
        var last = _idle[^1];
        _idle.RemoveAt(_idle.Count - 1);
        return last;
    }
}
