using System.Buffers;
using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Metrics;

/// <summary>
/// Renders a snapshot as Prometheus text 0.0.4 or OpenMetrics 1.0. All constant bytes are created once; rendering copies them and formats
/// integers, so it allocates nothing. Samples of one family come together, whichever table they are from. Aliases follow, and then the
/// agent's own events, as prometheus-net writes them.
/// </summary>
sealed class Exposition
{
    /// <summary>
    /// One row of a family: where its values are, which other rows are added, and the constant text around the instance's labels.
    /// </summary>
    readonly record struct Part(int Table, Row Row, Row[] Others, byte[] Prefix, byte[] Suffix, long Factor, int Decimals);

    sealed record Family(byte[] TextHead, byte[] OpenMetricsHead, Part[] Parts);

    readonly Family[] _families;
    readonly AgentEvents? _events;

    /// <param name="tables">The tables of the snapshots; the last is the agent's own.</param>
    /// <param name="pageSize">The page size of the running kernel in bytes.</param>
    /// <param name="events">Written if the last table is wanted; null for the snapshot alone.</param>
    /// <param name="aliases">Further names. Those of a table that is not exported are left out.</param>
    internal Exposition(
        IReadOnlyList<Table> tables, int pageSize, AgentEvents? events = null, params ReadOnlySpan<Alias> aliases)
    {
        _events = events;
        var order = new List<(Row First, List<Part> Parts)>();
        var byName = new Dictionary<string, List<Part>>();
        void Add(Row named, Part part)
        {
            if (!byName.TryGetValue(named.Name, out var parts))
                order.Add((named, byName[named.Name] = parts = []));
            parts.Add(part);
        }

        for (var table = 0; table < tables.Count; table++)
            foreach (var row in tables[table].Rows)
                if (row.Type != MetricType.Hidden)
                    Add(row, PartOf(table, row, [row], pageSize));
        foreach (var alias in aliases)
            for (var table = 0; table < tables.Count; table++)
                if (ReferenceEquals(tables[table].Rows, alias.Terms[0].Rows))
                    Add(alias.Row, PartOf(table, alias.Row, alias.Terms, pageSize));
        _families = [.. order.ConvertAll(family => new Family(
            Head(family.First, ExpositionFormat.Text), Head(family.First, ExpositionFormat.OpenMetrics), [.. family.Parts]))];
    }

    /// <param name="snapshot">The snapshot to render; the caller keeps it from being reused meanwhile.</param>
    /// <param name="format">Which of the two formats.</param>
    /// <param name="tables">Whether each table is wanted; empty means all.</param>
    /// <param name="output">Receives the bytes; never flushed here.</param>
    internal void Write(Snapshot snapshot, ExpositionFormat format, ReadOnlySpan<bool> tables, IBufferWriter<byte> output)
    {
        var writer = new ByteWriter(output);
        foreach (var family in _families)
        {
            var begun = false;
            foreach (ref readonly var part in family.Parts.AsSpan())
            {
                if (!tables.IsEmpty && !tables[part.Table])
                    continue;
                var table = snapshot[part.Table];
                for (var instance = 0; instance < table.Count; instance++)
                {
                    var value = ValueOf(table[instance], part);
                    if (value == KernelValue.Absent || table.IsHidden(instance))
                        continue;
                    if (!begun)
                        writer.Write(format == ExpositionFormat.Text ? family.TextHead : family.OpenMetricsHead);
                    begun = true;
                    writer.Write(part.Prefix);
                    writer.Write(table.InstanceAt(instance).Labels);
                    writer.Write(part.Suffix);
                    writer.WriteNumber(value, part.Factor, part.Decimals);
                    writer.Write((byte)'\n');
                }
            }
        }
        var events = tables.IsEmpty || tables[^1] ? _events : null;
        if (format == ExpositionFormat.OpenMetrics && events is null)
            writer.Write("# EOF\n"u8);
        writer.Complete();
        events?.Write(format, output);
    }

    static long ValueOf(Slots slots, in Part part)
    {
        var value = slots[part.Row];
        foreach (var other in part.Others)
            if (slots[other] is >= 0 and var more)
                value = Math.Max(0, value) + more;
        return value;
    }

    static Part PartOf(int table, Row row, Row[] terms, int pageSize)
    {
        var (prefix, suffix) = (terms[0].Rows.IsPlain, row.Labels.Length == 0) switch
        {
            (true, true) => ($"{row.Name} ", ""),
            (true, false) => ($"{row.Name}{{{row.Labels}}} ", ""),
            (false, true) => ($"{row.Name}{{", "} "),
            (false, false) => ($"{row.Name}{{{row.Labels},", "} "),
        };
        var (factor, decimals) = row.Scale switch
        {
            Scale.One => (1L, 0),
            Scale.Pages => (pageSize, 0),
            Scale.ClockTicks => (1L, 2),
            Scale.Milliseconds => (1L, 3),
            Scale.Microseconds => (1L, 6),
            Scale.Nanoseconds => (1L, 9),
            _ => throw new InvalidOperationException($"{row.Name}: no such scale {row.Scale}"),
        };
        return new Part(table, terms[0], terms[1..], Encoding.UTF8.GetBytes(prefix), Encoding.UTF8.GetBytes(suffix), factor, decimals);
    }

    static byte[] Head(Row row, ExpositionFormat format)
    {
        var text = new StringBuilder();
        if (format == ExpositionFormat.Text)
        {
            var type = row.Type switch
            {
                MetricType.Counter => "counter",
                MetricType.Untyped => "untyped",
                _ => "gauge",
            };
            text.Append("# HELP ").Append(row.Name).Append(' ').Append(EscapeHelp(row.FullHelp)).Append('\n');
            text.Append("# TYPE ").Append(row.Name).Append(' ').Append(type).Append('\n');
        }
        else
        {
            // OpenMetrics names the family without the suffix of the sample's type; UNIT is part of that name.
            var (type, suffix) = row.Type switch
            {
                MetricType.Counter => ("counter", "_total"),
                MetricType.Info => ("info", "_info"),
                MetricType.Untyped => ("unknown", ""),
                _ => ("gauge", ""),
            };
            var family = row.Name[..^suffix.Length];
            text.Append("# TYPE ").Append(family).Append(' ').Append(type).Append('\n');
            if (row.Unit.Length > 0)
                text.Append("# UNIT ").Append(family).Append(' ').Append(row.Unit).Append('\n');
            text.Append("# HELP ").Append(family).Append(' ').Append(Label.Escape(row.FullHelp)).Append('\n');
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    static string EscapeHelp(string help) =>
        help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
