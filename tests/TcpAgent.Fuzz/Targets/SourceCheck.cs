using System.Buffers;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using static TcpAgent.Fuzz.FuzzTargets;

namespace TcpAgent.Fuzz;

/// <summary>What must hold of a source after a read, whatever it read.</summary>
static class SourceCheck
{
    internal static readonly Tick FirstTick = new(0, 1_000_000_000, Slow: true);

    /// <param name="source">The source, just read.</param>
    /// <param name="status">What it came to.</param>
    /// <param name="malformed">What <see cref="Source.Malformed"/> was before.</param>
    internal static void Check(Source source, ReadStatus status, long malformed)
    {
        var torn = source.Malformed > malformed;
        Hold(source.Malformed >= malformed, $"{source.Name}: malformed fell");
        Hold(torn || status.Line == 0, $"{source.Name}: {status} names a line, none was counted");
        Hold(!torn || status.Outcome is Outcome.Partial or Outcome.Failed, $"{source.Name}: {status}, but a line was counted");
        Hold(status.Outcome != Outcome.Absent || Array.TrueForAll(source.Blocks, IsEmpty), $"{source.Name}: absent, but with values");
        Hold(status.Outcome is not (Outcome.Partial or Outcome.Failed) || status.Reason.Length > 0, $"{source.Name}: {status} has no reason");
        foreach (var block in source.Blocks)
            for (var instance = 0; instance < block.Count; instance++)
                for (var row = 0; row < block.Rows.Length; row++)
                    Hold(
                        block.Rows[row].Type != MetricType.Counter || block[instance][row] is Metric.Absent or >= 0,
                        $"{source.Name}: {block.Rows[row].Name} is {block[instance][row]}");
        Exposition(source.Blocks);
    }

    internal static void Exposition(Block[] blocks)
    {
        var snapshot = new Snapshot(blocks);
        snapshot.CopyFrom(blocks, 0);
        var exposition = new Exposition(blocks, pageSize: 4096);
        foreach (var format in (ExpositionFormat[])[ExpositionFormat.Text, ExpositionFormat.OpenMetrics])
        {
            var output = new ArrayBufferWriter<byte>(16 * 1024);
            exposition.Write(snapshot, format, [], output);
            ExpositionReader.Check(output.WrittenSpan, format);
        }
    }

    static bool IsEmpty(Block block) => block.IsPlain ? !block[0].ContainsAnyExcept(Metric.Absent) : block.Count == 0;
}
