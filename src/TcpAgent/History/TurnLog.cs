using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.History;

/// <summary>
/// Remembers the last changes of states, with or without a history file, so that the live page shows them in the same words as the history.
/// A tick without a change allocates nothing.
/// </summary>
sealed class TurnLog
{
    /// <summary>The number of events kept, the newest.</summary>
    internal const int Most = 64;

    readonly Lock _lock = new();
    readonly Queue<HistoryEvent> _events = [];

    /// <summary>The time of the last sample; before the first it is later than any.</summary>
    long _last = long.MaxValue;

    readonly long[] _states = new long[ResourceCatalog.All.Length];

    internal TurnLog() => _states.AsSpan().Fill(KernelValue.Absent);

    /// <summary>The events, the earliest first.</summary>
    internal HistoryEvent[] Events
    {
        get
        {
            lock (_lock)
                return [.. _events];
        }
    }

    /// <summary>Called after each sample, on the sampler's thread.</summary>
    internal void Ticked(SnapshotExchange snapshots)
    {
        if (snapshots.Acquire() is not { } snapshot)
            return;
        var (table, time) = (snapshot.Find(ResourceRows.Rows), SeriesReader.Time(snapshot));
        if (time < _last)
            Begin(time);
        _last = time;
        for (int row = 0, next = 0; row < _states.Length; row++)
        {
            var resource = ResourceCatalog.All[row];
            var slots = table is not null && table.HasNext(resource.Instance, ref next) ? table[next - 1] : default;
            var now = slots.Values.IsEmpty ? KernelValue.Absent : slots[ResourceRows.State];
            if (Turn.IsOne(_states[row], now))
                Note(snapshot, resource, slots, now);
            _states[row] = now;
        }
        snapshots.Release(snapshot);
    }

    /// <summary>What happened before belongs to another clock.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    void Begin(long time)
    {
        lock (_lock)
            _events.Clear();
        Add(new HistoryEvent(time, "", _last == long.MaxValue ? Timeline.Started : Timeline.ClockSetBack, EventKind.Agent));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Note(Snapshot snapshot, Resource resource, Slots slots, long state)
    {
        var figures = state == KernelValue.Absent ? new TurnFigures(state, state, state)
            : new TurnFigures(state, slots[ResourceRows.Used], slots[ResourceRows.Limit]);
        var subject = SubjectInstance.In(snapshot.Find(ResourceMonitor.SubjectRows), resource);
        Add(Turn.Event(_last, resource.Name, subject?.Subject ?? "", figures, isStanding: false));
    }

    void Add(in HistoryEvent made)
    {
        lock (_lock)
        {
            if (_events.Count == Most)
                _events.Dequeue();
            _events.Enqueue(made);
        }
    }
}
