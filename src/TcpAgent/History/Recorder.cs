using TcpAgent.Metrics;
using TcpAgent.Resources;

namespace TcpAgent.History;

/// <summary>
/// Makes a record of each second from the snapshot that a scrape and the verdict see. Of several samples in a second it keeps the
/// highest of every number. Runs on the sampler's thread, touches no file and allocates nothing.
/// </summary>
sealed class Recorder
{
    readonly HistoryWriter _writer;
    readonly int _samplesPerRecord;
    readonly (int Block, int Row)?[] _states;
    readonly (int Block, int Row)? _time;
    readonly int? _resources;
    readonly int? _subjects;
    readonly int? _drops;
    readonly int? _listeners;
    readonly (int Length, int Limit, int SynRecv) _listenerRows;
    readonly byte[][] _resourceKeys = Array.ConvertAll(ResourceRows.All, row => Label.Render("resource", row.Name));
    readonly byte[][] _dropKeys = Array.ConvertAll(DropRows.All, row => Label.Render("stage", row.Stage));
    readonly long[] _values = new long[Series.Names.Length];
    readonly (long Fullness, int Instance)[] _fullest = new (long, int)[HistoryRecord.MostListeners];
    int _samples;
    bool _isFirst = true;

    internal Recorder(SampleLayout layout, HistoryWriter writer, TimeSpan sampleInterval)
    {
        (_writer, _samplesPerRecord) = (writer, Header.SamplesPerRecord(sampleInterval));
        _states = Array.ConvertAll(Series.StateLabels, labels => layout.Find("tcpagent_tcp_sockets", labels));
        _time = layout.Find("tcpagent_sample_timestamp_seconds", "");
        _resources = layout.Find("tcpagent_resource_used", "")?.Block;
        _subjects = layout.Find("tcpagent_resource_subject", "")?.Block;
        _drops = layout.Find("tcpagent_drops_total", "")?.Block;
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
        Raise(snapshot);
        if (++_samples >= _samplesPerRecord)
        {
            Put(snapshot);
            _values.AsSpan().Fill(Metric.Absent);
            _samples = 0;
        }
        snapshots.Release(snapshot);
    }

    void Raise(Snapshot snapshot)
    {
        for (var i = 0; i < _states.Length; i++)
            if (_states[i] is var (block, row))
                Raise(Series.FirstState + i, snapshot[block].Slot(row));
        if (_resources is { } resources)
            RaiseResources(snapshot[resources]);
        if (_drops is { } drops)
            RaiseDrops(snapshot[drops]);
    }

    /// <summary>Absent is below every number.</summary>
    void Raise(int series, long value) => _values[series] = Math.Max(_values[series], value);

    /// <summary>Instances stand in the order of the rows; those not known at this tick are left out.</summary>
    void RaiseResources(Block block)
    {
        for (int row = 0, i = 0; i < block.Count && row < _resourceKeys.Length; row++)
        {
            if (!block.Key(i).SequenceEqual(_resourceKeys[row]))
                continue;
            var first = Series.FirstResource + (Series.PerResource * row);
            var slots = block[i++];
            Raise(first, slots[ResourceRows.Used]);
            Raise(first + 1, slots[ResourceRows.Limit]);
            Raise(first + 2, slots[ResourceRows.LossesTotal]);
            Raise(first + 3, slots[ResourceRows.State]);
            Raise(0, slots[ResourceRows.State]);
        }
    }

    void RaiseDrops(Block block)
    {
        for (int row = 0, i = 0; i < block.Count && row < _dropKeys.Length; row++)
            if (block.Key(i).SequenceEqual(_dropKeys[row]))
                Raise(Series.FirstDrop + row, block[i++][DropRows.Total]);
    }

    void Put(Snapshot snapshot)
    {
        var record = _writer.Queue.Reserve();
        if (record.IsEmpty)
        {
            _writer.Overflow();
            return;
        }
        var time = _time is var (block, row) ? snapshot[block].Slot(row) : 0;
        HistoryRecord.Write(record, time, _isFirst, _values);
        var at = HistoryRecord.TextsAt(_values.Length);
        if (_listeners is { } listeners)
            at = PutListeners(record, at, snapshot[listeners]);
        if (_subjects is { } subjects)
            for (var i = 0; i < snapshot[subjects].Count; i++)
                at = HistoryRecord.WriteSubject(record, at, snapshot[subjects].Key(i));
        _isFirst = false;
        _writer.Queue.Publish();
    }

    int PutListeners(Span<byte> record, int at, Block block)
    {
        _fullest.AsSpan().Fill((-1, -1));
        for (var i = 0; i < block.Count; i++)
            Rank((Fullness(block[i]), i));
        foreach (var (fullness, instance) in _fullest)
        {
            if (fullness < 0)
                break;
            var slots = block[instance];
            at = HistoryRecord.WriteListener(
                record, at, block.Key(instance), slots[_listenerRows.Length], slots[_listenerRows.Limit], slots[_listenerRows.SynRecv]);
        }
        return at;
    }

    /// <summary>In thousandths of the limit, whichever of the two queues is fuller.</summary>
    long Fullness(ReadOnlySpan<long> slots) =>
        Math.Clamp(Math.Max(slots[_listenerRows.Length], slots[_listenerRows.SynRecv]), 0, int.MaxValue) * 1000 / Math.Max(1, slots[_listenerRows.Limit]);

    void Rank((long Fullness, int Instance) candidate)
    {
        for (var i = 0; i < _fullest.Length; i++)
            if (candidate.Fullness > _fullest[i].Fullness)
                (candidate, _fullest[i]) = (_fullest[i], candidate);
    }
}
