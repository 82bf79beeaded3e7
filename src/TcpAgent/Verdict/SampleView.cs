using System.Text;
using TcpAgent.Metrics;

namespace TcpAgent.Verdict;

/// <summary>
/// One sample by metric names, for whoever reads it at leisure: the verdict sees one sample and nothing else. What is absent
/// is null.
/// </summary>
sealed class SampleView(SampleLayout layout, Snapshot snapshot)
{
    /// <summary>A metric without instances; <paramref name="labels"/> is the constant label text of the row.</summary>
    internal long? Value(string name, string labels = "") =>
        layout.Find(name, labels) is var (block, row) && snapshot[block] is { IsPlain: true } plain ? Known(plain.Slot(row)) : null;

    /// <summary>A setting, in its own unit.</summary>
    internal long? Sysctl(string name) => Value("tcpagent_sysctl", $"name=\"{name}\"");

    /// <summary>A metric of one instance, by its label text.</summary>
    internal long? Of(string name, string instance)
    {
        foreach (var (labels, value) in Instances(name))
            if (labels == instance)
                return value;
        return null;
    }

    /// <summary>A metric of every instance that has it.</summary>
    internal IEnumerable<(string Labels, long Value)> Instances(string name)
    {
        if (layout.Find(name, "") is not var (index, row))
            yield break;
        var block = snapshot[index];
        for (var i = 0; i < block.Count; i++)
            if (Known(block[i][row]) is { } value)
                yield return (Encoding.UTF8.GetString(block.KeyOf(i)), value);
    }

    static long? Known(long value) => value == Metric.Absent ? null : value;
}
