namespace TcpAgent.Metrics;

/// <summary>One consistent generation of all tables. Readers hold it while they render; the sampler fills another.</summary>
sealed class Snapshot
{
    readonly Table[] _tables;

    internal Snapshot(IReadOnlyList<Table> layout)
    {
        _tables = new Table[layout.Count];
        for (var i = 0; i < _tables.Length; i++)
            _tables[i] = new Table(layout[i].Rows);
    }

    /// <summary>When the sample was taken, by the monotonic clock of the sampler's TimeProvider.</summary>
    internal long Timestamp { get; private set; }

    internal Table this[int table] => _tables[table];

    /// <summary>The table of these rows; null when its source is switched off.</summary>
    internal Table? Find(Rows rows)
    {
        foreach (var table in _tables)
            if (ReferenceEquals(table.Rows, rows))
                return table;
        return null;
    }

    internal int Readers { get; set; }

    internal void CopyFrom(IReadOnlyList<Table> tables, long timestamp)
    {
        Timestamp = timestamp;
        for (var i = 0; i < _tables.Length; i++)
            _tables[i].CopyFrom(tables[i]);
    }
}
