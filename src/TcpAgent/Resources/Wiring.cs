using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>Finds the rows that resources refer to. Rows of a source that is switched off are null.</summary>
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

    /// <summary>The rows that exist.</summary>
    internal Source[] Named(string[] names)
    {
        var named = new List<Source>();
        foreach (var source in sources)
            if (Array.IndexOf(names, source.Name) >= 0)
                named.Add(source);
        return [.. named];
    }

    internal SlotRef? this[Row row]
    {
        get
        {
            foreach (var source in sources)
                foreach (var table in source.Tables)
                    if (ReferenceEquals(table.Rows, row.Rows))
                        return new SlotRef(table, row);
            return null;
        }
    }
}
