using System.Text;

namespace TcpAgent.Metrics;

/// <summary>Points at one slot of a plain table, for values that are computed from others.</summary>
readonly record struct SlotRef(Table Table, int Row)
{
    internal long Value => Table.Slot(Row);

    /// <exception cref="InvalidOperationException">No row names the field: a mistake in the rows.</exception>
    internal static SlotRef To(Table table, string section, string field)
    {
        var row = table.Find(Encoding.ASCII.GetBytes(section), Encoding.ASCII.GetBytes(field));
        return row >= 0 ? new SlotRef(table, row) : throw new InvalidOperationException($"no row names {section}.{field}");
    }
}
