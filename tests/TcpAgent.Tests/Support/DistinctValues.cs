using TcpAgent.Metrics;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Support;

/// <summary>
/// A sample in which every row of these tables has a different value, so that a text or document that asks for the wrong row shows
/// another number. Tables with labels have one instance.
/// </summary>
sealed class DistinctValues
{
    readonly List<Table> _tables = [];

    internal DistinctValues(params (Rows Rows, Instance Of)[] tables)
    {
        foreach (var (rows, instance) in tables)
        {
            var table = new Table(rows);
            if (!rows.IsPlain)
                table.Add(instance);
            for (var slot = 0; slot < rows.Count; slot++)
                table[0][rows[slot]] = Of(_tables.Count, slot);
            _tables.Add(table);
        }
        Snapshot = new Snapshot(_tables);
        Publish();
    }

    internal Snapshot Snapshot { get; }

    internal SampleView View => new(Snapshot);

    /// <summary>The value of a metric, or of a setting such as net.ipv4.tcp_mem[1], by name.</summary>
    internal long this[string name]
    {
        get
        {
            var (table, slot) = Find(name);
            return Of(table, slot);
        }
    }

    internal void Set(string name, long value)
    {
        var (table, slot) = Find(name);
        _tables[table][0][_tables[table].Rows[slot]] = value;
        Publish();
    }

    static long Of(int table, int slot) => 1_000_000 + (table * 10_000) + slot;

    void Publish() => Snapshot.CopyFrom(_tables, 0);

    (int Table, int Slot) Find(string name)
    {
        var found = from table in Enumerable.Range(0, _tables.Count)
                    from slot in Enumerable.Range(0, _tables[table].Rows.Count)
                    let row = _tables[table].Rows[slot]
                    where row.Name == name || row.Labels == $"name=\"{name}\""
                    select (table, slot);
        return found.Single();
    }
}
