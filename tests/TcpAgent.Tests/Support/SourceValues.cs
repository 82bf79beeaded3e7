using System.Text;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Support;

static class SourceValues
{
    internal static readonly Tick FirstTick = new(0, 0, Slow: true);

    /// <summary>The value of a metric, null when it is absent. The labels are those of the instance or of the row.</summary>
    internal static long? Value(this Source source, string metric, string labels = "")
    {
        foreach (var block in source.Blocks)
            for (var row = 0; row < block.Rows.Length; row++)
                for (var instance = 0; instance < block.Count; instance++)
                    if (block.Rows[row].Name == metric && (block.IsPlain ? block.Rows[row].Labels : block.KeyText(instance)) == labels)
                        return block[instance][row] == Metric.Absent ? null : block[instance][row];
        return null;
    }

    internal static string KeyText(this Block block, int instance) => Encoding.UTF8.GetString(block.Key(instance));

    internal static string[] Keys(this Block block) => [.. Enumerable.Range(0, block.Count).Select(block.KeyText)];

    internal static ReadStatus Read(this Source source) => source.Read(FirstTick);
}
