using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.History;

/// <summary>
/// Makes a record of each second from the snapshot that a scrape and the verdict see. Of several samples in a second it keeps the
/// highest of every number. Runs on the sampler's thread, touches no file and allocates nothing.
/// </summary>
sealed class Recorder
{
    readonly HistoryWriter _writer;
    readonly int _samplesPerRecord;
    readonly long[] _values = new long[Series.Names.Length];
    readonly (long Fullness, int Instance)[] _fullest = new (long, int)[HistoryRecord.MostListeners];
    int _samples;
    bool _isFirst = true;

    internal Recorder(HistoryWriter writer, TimeSpan sampleInterval)
    {
        (_writer, _samplesPerRecord) = (writer, HistoryHeader.SamplesPerRecord(sampleInterval));
        _values.AsSpan().Fill(KernelValue.Absent);
    }

    /// <summary>After each sample.</summary>
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
        if (snapshot.Find(Listeners.Rows) is { } listeners)
            at = PutListeners(record, at, listeners);
        if (snapshot.Find(ResourceMonitor.SubjectRows) is { } subjects)
            for (var i = 0; i < subjects.Count; i++)
                at = HistoryRecord.WriteSubject(record, at, subjects.InstanceAt(i).Labels);
        _isFirst = false;
        _writer.Queue.Publish();
    }

    int PutListeners(Span<byte> record, int at, Table table)
    {
        _fullest.AsSpan().Fill((-1, -1));
        for (var i = 0; i < table.Count; i++)
            Rank((Fullness(table[i][Listeners.Length], table[i][Listeners.Limit], table[i][Listeners.SynRecv]), i));
        foreach (var (fullness, instance) in _fullest)
        {
            if (fullness < 0)
                break;
            var slots = table[instance];
            at = HistoryRecord.WriteListener(
                record, at, table.InstanceAt(instance).Labels, slots[Listeners.Length], slots[Listeners.Limit], slots[Listeners.SynRecv]);
        }
        return at;
    }

    /// <summary>In thousandths of the limit, whichever of the two queues is fuller.</summary>
    internal static long Fullness(long length, long limit, long synRecv) => Math.Clamp(Math.Max(length, synRecv), 0, int.MaxValue) * 1000 / Math.Max(1, limit);

    void Rank((long Fullness, int Instance) candidate)
    {
        for (var i = 0; i < _fullest.Length; i++)
            if (candidate.Fullness > _fullest[i].Fullness)
                (candidate, _fullest[i]) = (_fullest[i], candidate);
    }
}
