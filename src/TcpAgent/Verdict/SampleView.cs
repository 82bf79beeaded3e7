using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Verdict;

/// <summary>
/// Access to one sample by row, for readers outside the sampler's thread. The verdict sees one sample and nothing else. An absent value is
/// null.
/// </summary>
sealed class SampleView(Snapshot snapshot)
{
    /// <summary>The table of these rows; null without one.</summary>
    internal Table? this[Rows rows] => snapshot.Find(rows);

    /// <summary>A value of a plain table.</summary>
    internal long? this[Row row] => snapshot.Find(row.Rows) is { } table ? Known(table[row]) : null;

    /// <summary>A value of one instance; null if the instance is null.</summary>
    internal long? this[Row row, Instance? instance]
    {
        get
        {
            foreach (var (known, value) in Instances(row))
                if (ReferenceEquals(known, instance))
                    return value;
            return null;
        }
    }

    /// <summary>The value of every instance that has one.</summary>
    internal IEnumerable<(Instance Instance, long Value)> Instances(Row row)
    {
        if (snapshot.Find(row.Rows) is not { } table)
            yield break;
        for (var i = 0; i < table.Count; i++)
            if (Known(table[i][row]) is { } value)
                yield return (table.InstanceAt(i), value);
    }

    static long? Known(long value) => value == KernelValue.Absent ? null : value;
}
