using TcpAgent.Metrics;
using TcpAgent.Resources;

namespace TcpAgent.Verdict;

/// <summary>
/// Finds the series in a snapshot: the one way from a sample to the numbers of a record, for the recorder and for the live page.
/// Allocates nothing.
/// </summary>
sealed class SeriesReader
{
    static readonly byte[][] s_resourceKeys = Array.ConvertAll(ResourceCatalog.All, row => Label.Render("resource", row.Name));
    static readonly byte[][] s_dropKeys = Array.ConvertAll(DropStages.All, row => Label.Render("stage", row.Stage));

    readonly (int Table, int Row)?[] _states;
    readonly (int Table, int Row)? _time;
    readonly int? _resources;
    readonly int? _drops;

    internal SeriesReader(SampleLayout layout)
    {
        _states = Array.ConvertAll(Series.StateLabels, labels => layout.Find("tcpagent_tcp_sockets", labels));
        _time = layout.Find("tcpagent_sample_timestamp_seconds", "");
        _resources = layout.Find("tcpagent_resource_used", "")?.Table;
        _drops = layout.Find("tcpagent_drops_total", "")?.Table;
    }

    /// <summary>Milliseconds since the epoch.</summary>
    internal long Time(Snapshot snapshot) => _time is var (table, row) ? snapshot[table].Slot(row) : 0;

    /// <summary>Raises each number to what the snapshot has, in the order of <see cref="Series.Names"/>. Absent is below every number.</summary>
    internal void Raise(Snapshot snapshot, Span<long> values)
    {
        for (var i = 0; i < _states.Length; i++)
            if (_states[i] is var (table, row))
                Raise(ref values[Series.FirstState + i], snapshot[table].Slot(row));
        if (_resources is { } resources)
            RaiseResources(snapshot[resources], values);
        if (_drops is { } drops)
            RaiseDrops(snapshot[drops], values);
    }

    static void Raise(ref long value, long other) => value = Math.Max(value, other);

    /// <summary>Instances stand in the order of the rows; those not known at this tick are left out.</summary>
    static void RaiseResources(Table table, Span<long> values)
    {
        for (int row = 0, i = 0; i < table.Count && row < s_resourceKeys.Length; row++)
        {
            if (!table.Key(i).SequenceEqual(s_resourceKeys[row]))
                continue;
            var first = Series.FirstResource + (Series.PerResource * row);
            var slots = table[i++];
            Raise(ref values[first], slots[ResourceRows.Used]);
            Raise(ref values[first + 1], slots[ResourceRows.Limit]);
            Raise(ref values[first + 2], slots[ResourceRows.LossesTotal]);
            Raise(ref values[first + 3], slots[ResourceRows.State]);
            Raise(ref values[0], slots[ResourceRows.State]);
        }
    }

    static void RaiseDrops(Table table, Span<long> values)
    {
        for (int row = 0, i = 0; i < table.Count && row < s_dropKeys.Length; row++)
            if (table.Key(i).SequenceEqual(s_dropKeys[row]))
                Raise(ref values[Series.FirstDrop + row], table[i++][DropRows.Total]);
    }
}
