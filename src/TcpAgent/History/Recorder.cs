using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.History;

/// <summary>
/// Makes one record per second from the snapshot that scrapes and the verdict use. Of several samples in a second it keeps the highest of
/// every number. Runs on the sampler's thread, touches no file and allocates nothing.
/// </summary>
sealed class Recorder
{
    readonly HistoryWriter _writer;
    readonly int _samplesPerRecord;
    readonly long[] _values = new long[Series.Names.Length];
    readonly (Fullness Fullness, int Instance)[] _fullest = new (Fullness, int)[HistoryRecord.MostListeners];
    int _samples;
    bool _isFirst = true;

    internal Recorder(HistoryWriter writer, TimeSpan sampleInterval)
    {
        (_writer, _samplesPerRecord) = (writer, HistoryHeader.SamplesPerRecord(sampleInterval));
        _values.AsSpan().Fill(KernelValue.Absent);
    }

    /// <summary>Called after each sample.</summary>
    internal void Ticked(SnapshotExchange snapshots)
    {
        if (snapshots.Acquire() is not { } snapshot)
            return;
        SeriesReader.Raise(snapshot, _values);
        if (++_samples >= _samplesPerRecord)
        {
            Put(snapshot);
            _values.AsSpan().Fill(KernelValue.Absent);
            _samples = 0;
        }
        snapshots.Release(snapshot);
    }

    void Put(Snapshot snapshot)
    {
        var record = _writer.Queue.Reserve();
        if (record.IsEmpty)
        {
            _writer.Overflow();
            return;
        }
        HistoryRecord.Write(record, SeriesReader.Time(snapshot), _isFirst, _values);
        var at = HistoryRecord.TextsAt(_values.Length);
        if (snapshot.Find(ListenerRows.Rows) is { } listeners)
            at = PutListeners(record, at, listeners);
        if (snapshot.Find(ResourceMonitor.SubjectRows) is { } subjects)
            for (var i = 0; i < subjects.Count; i++)
                at = HistoryRecord.WriteSubject(record, at, subjects.InstanceAt(i).Labels);
        _isFirst = false;
        _writer.Queue.Publish();
    }

    int PutListeners(Span<byte> record, int at, Table table)
    {
        var count = 0;
        for (var i = 0; i < table.Count; i++)
            count = Rank(count, (FullnessOf(table[i]), i));
        for (var i = 0; i < count; i++)
        {
            var instance = _fullest[i].Instance;
            var slots = table[instance];
            at = HistoryRecord.WriteListener(
                record, at, table.InstanceAt(instance).Labels, slots[ListenerRows.Length], slots[ListenerRows.Limit],
                slots[ListenerRows.SynRecv],
                slots[ListenerRows.IsLate] > 0);
        }
        return at;
    }

    /// <summary>Keeps a listener whose connections wait too long, however empty its queue is.</summary>
    static Fullness FullnessOf(Slots slots) => slots[ListenerRows.IsLate] > 0 ? new Fullness(double.MaxValue, slots[ListenerRows.Length])
        : Fullness.Of(slots[ListenerRows.Length], slots[ListenerRows.SynRecv], slots[ListenerRows.Limit]);

    /// <summary>Keeps the fullest in order; equals keep their order. Returns how many there are.</summary>
    int Rank(int count, (Fullness Fullness, int Instance) candidate)
    {
        for (var i = 0; i < count; i++)
            if (candidate.Fullness.CompareTo(_fullest[i].Fullness) > 0)
                (candidate, _fullest[i]) = (_fullest[i], candidate);
        if (count < _fullest.Length)
            _fullest[count++] = candidate;
        return count;
    }
}
