namespace TcpAgent.Metrics;

/// <summary>One consistent generation of all tables. Readers hold it while they render; the sampler writes another.</summary>
sealed class Snapshot
{
    readonly Table[] _tables;

    internal Snapshot(IReadOnlyList<Table> layout)
    {
        _tables = new Table[layout.Count];
        for (var i = 0; i < _tables.Length; i++)
            _tables[i] = new Table(layout[i].Rows, layout[i].InstanceLabels);
    }

    /// <summary>When the sample was taken, by the monotonic clock of the sampler's TimeProvider.</summary>
    internal long Timestamp { get; private set; }

    internal Table this[int table] => _tables[table];

    internal int Readers { get; set; }

    internal void CopyFrom(IReadOnlyList<Table> tables, long timestamp)
    {
        Timestamp = timestamp;
        for (var i = 0; i < _tables.Length; i++)
            _tables[i].CopyFrom(tables[i]);
    }
}
