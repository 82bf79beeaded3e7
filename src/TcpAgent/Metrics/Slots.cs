using System.Diagnostics;

namespace TcpAgent.Metrics;

/// <summary>The values of one instance of a table, each stored and read by its row.</summary>
readonly ref struct Slots(Span<long> values, Rows rows)
{
    /// <summary>The values in row order, for a parser that fills them.</summary>
    internal Span<long> Values { get; } = values;

    internal ref long this[Row row]
    {
        get
        {
            Debug.Assert(ReferenceEquals(row.Rows, rows), $"{row.Name} is no row of this table");
            return ref Values[row.Slot];
        }
    }
}
