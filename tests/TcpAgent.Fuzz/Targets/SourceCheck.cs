using System.Buffers;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using static TcpAgent.Fuzz.FuzzTargets;

namespace TcpAgent.Fuzz;

/// <summary>What must hold for a source after a read, whatever it read.</summary>
static class SourceCheck
{
    internal static readonly Tick FirstTick = new(0, 1_000_000_000, IsSlow: true);

    /// <param name="source">The source, just read.</param>
    /// <param name="status">The status of that read.</param>
    /// <param name="malformed"><see cref="Source.Malformed"/> before the read.</param>
    internal static void Check(Source source, ReadStatus status, long malformed)
    {
        var torn = source.Malformed > malformed;
        Hold(source.Malformed >= malformed, $"{source.Name}: malformed fell");
        Hold(torn || status.Line == 0, $"{source.Name}: {status} names a line, none was counted");
        Hold(!torn || status.Outcome is Outcome.Partial or Outcome.Failed, $"{source.Name}: {status}, but a line was counted");
        Hold(status.Outcome != Outcome.Absent || Array.TrueForAll(source.Tables, IsEmpty), $"{source.Name}: absent, but with values");
        Hold(
            status.Outcome is not (Outcome.Partial or Outcome.Failed) || status.Reason.Length > 0,
            $"{source.Name}: {status} has no reason");
        foreach (var table in source.Tables)
            for (var instance = 0; instance < table.Count; instance++)
                foreach (var row in table.Rows)
                    Hold(
                        row.Type != MetricType.Counter || table[instance][row] is KernelValue.Absent or >= 0,
                        $"{source.Name}: {row.Name} is {table[instance][row]}");
        Exposition(source.Tables);
    }

    internal static void Exposition(Table[] tables)
    {
        var snapshot = new Snapshot(tables);
        snapshot.CopyFrom(tables, 0);
        var exposition = new Exposition(tables, pageSize: 4096);
        foreach (var format in (ExpositionFormat[])[ExpositionFormat.Text, ExpositionFormat.OpenMetrics])
        {
            var output = new ArrayBufferWriter<byte>(16 * 1024);
            exposition.Write(snapshot, format, [], output);
            ExpositionReader.Check(output.WrittenSpan, format);
        }
    }

    static bool IsEmpty(Table table) => table.IsPlain ? !table[0].Values.ContainsAnyExcept(KernelValue.Absent) : table.Count == 0;
}
