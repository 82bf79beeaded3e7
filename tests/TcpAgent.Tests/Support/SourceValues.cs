using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Support;

static class SourceValues
{
    internal static readonly Tick FirstTick = new(0, 0, IsSlow: true);

    /// <summary>The value of a metric, null when it is absent. The labels are those of the instance or of the row.</summary>
    internal static long? Value(this Source source, string metric, string labels = "")
    {
        foreach (var table in source.Tables)
            for (var row = 0; row < table.Rows.Count; row++)
                for (var instance = 0; instance < table.Count; instance++)
                    if (table.Rows[row].Name == metric && (table.IsPlain ? table.Rows[row].Labels : table.KeyText(instance)) == labels)
                        return table[instance].Values[row] == KernelValue.Absent ? null : table[instance].Values[row];
        return null;
    }

    internal static string KeyText(this Table table, int instance) => Encoding.UTF8.GetString(table.InstanceAt(instance).Labels);

    internal static string[] Keys(this Table table) => [.. Enumerable.Range(0, table.Count).Select(table.KeyText)];

    internal static ReadStatus Read(this Source source) => source.Read(FirstTick);
}
