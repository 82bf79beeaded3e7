using TcpAgent.Metrics;
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
    readonly SeriesReader _reader;
    readonly int? _subjects;
    readonly int? _listeners;
    readonly (int Length, int Limit, int SynRecv) _listenerRows;
    readonly long[] _values = new long[Series.Names.Length];
    readonly (long Fullness, int Instance)[] _fullest = new (long, int)[HistoryRecord.MostListeners];
    int _samples;
    bool _isFirst = true;

    internal Recorder(SampleLayout layout, HistoryWriter writer, TimeSpan sampleInterval)
    {
        (_writer, _samplesPerRecord) = (writer, HistoryHeader.SamplesPerRecord(sampleInterval));
        _reader = new SeriesReader(layout);
        _subjects = layout.Find("tcpagent_resource_subject", "")?.Table;
        if (layout.Find("tcpagent_listener_accept_queue_length", "") is var (listeners, length))
        {
            _listeners = listeners;
            _listenerRows = (length, layout.Find("tcpagent_listener_accept_queue_limit", "")!.Value.Row, layout.Find("tcpagent_listener_syn_recv", "")!.Value.Row);
        }
        _values.AsSpan().Fill(Metric.Absent);
    }

    /// <summary>After each sample.</summary>
    internal void Ticked(SnapshotExchange snapshots)
    {
        if (snapshots.Acquire() is not { } snapshot)
            return;
        _reader.Raise(snapshot, _values);
        if (++_samples >= _samplesPerRecord)
        {
            Put(snapshot);
            _values.AsSpan().Fill(Metric.Absent);
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
        HistoryRecord.Write(record, _reader.Time(snapshot), _isFirst, _values);
        var at = HistoryRecord.TextsAt(_values.Length);
        if (_listeners is { } listeners)
            at = PutListeners(record, at, snapshot[listeners]);
        if (_subjects is { } subjects)
            for (var i = 0; i < snapshot[subjects].Count; i++)
                at = HistoryRecord.WriteSubject(record, at, snapshot[subjects].Key(i));
        _isFirst = false;
        _writer.Queue.Publish();
    }

    int PutListeners(Span<byte> record, int at, Table table)
    {
        _fullest.AsSpan().Fill((-1, -1));
        for (var i = 0; i < table.Count; i++)
            Rank((Fullness(table[i][_listenerRows.Length], table[i][_listenerRows.Limit], table[i][_listenerRows.SynRecv]), i));
        foreach (var (fullness, instance) in _fullest)
        {
            if (fullness < 0)
                break;
            var slots = table[instance];
            at = HistoryRecord.WriteListener(
                record, at, table.Key(instance), slots[_listenerRows.Length], slots[_listenerRows.Limit], slots[_listenerRows.SynRecv]);
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
