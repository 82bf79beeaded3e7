using System.Globalization;
using System.Text;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>Finds the slots that resources point at. What a switched-off source would hold is null.</summary>
sealed class Wiring(IReadOnlyList<Source> sources)
{
    internal T? Source<T>()
        where T : Source
    {
        foreach (var source in sources)
            if (source is T found)
                return found;
        return null;
    }

    /// <summary>The slot of a kernel field in a plain table of a source.</summary>
    internal SlotRef? Slot(string source, string section, string field) =>
        Row(source, section, field) is { Table.IsPlain: true } row ? new SlotRef(row.Table, row.Row) : null;

    /// <summary>A setting by its dotted name.</summary>
    internal SlotRef? Sysctl(string name, int field = 0) =>
        Slot("sysctl", name.Replace('.', '/'), field.ToString(CultureInfo.InvariantCulture));

    /// <summary>A row of any table, plain or with instances.</summary>
    internal (Table Table, int Row)? Row(string source, string section, string field)
    {
        var (sectionUtf8, fieldUtf8) = (Encoding.ASCII.GetBytes(section), Encoding.ASCII.GetBytes(field));
        foreach (var candidate in sources)
        {
            if (candidate.Name != source)
                continue;
            foreach (var table in candidate.Tables)
                if (table.Find(sectionUtf8, fieldUtf8) is >= 0 and var row)
                    return (table, row);
            throw new InvalidOperationException($"{source} has no row for {section}.{field}");
        }
        return null;
    }
}
