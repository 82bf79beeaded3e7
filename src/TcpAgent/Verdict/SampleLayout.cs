using TcpAgent.Metrics;

namespace TcpAgent.Verdict;

/// <summary>Where every metric is in a snapshot; made once.</summary>
sealed class SampleLayout
{
    readonly Dictionary<(string Name, string Labels), (int Table, int Row)> _rows = [];

    internal SampleLayout(IReadOnlyList<Table> tables)
    {
        for (var table = 0; table < tables.Count; table++)
            for (var row = 0; row < tables[table].Rows.Length; row++)
                _rows[(tables[table].Rows[row].Name, tables[table].Rows[row].Labels)] = (table, row);
    }

    internal (int Table, int Row)? Find(string name, string labels) => _rows.TryGetValue((name, labels), out var place) ? place : null;
}
