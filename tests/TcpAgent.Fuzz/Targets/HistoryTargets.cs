using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using TcpAgent.Cli;
using TcpAgent.History;
using TcpAgent.Verdict;
using static TcpAgent.Fuzz.FuzzTargets;

namespace TcpAgent.Fuzz;

/// <summary>The flight recorder's file, which may come from anywhere, and queries of it.</summary>
static class HistoryTargets
{
    const string Name = "history.ring";

    static readonly byte[] s_scratch = new byte[ReportRecord.MostBytes];

    /// <summary>The year 10000, in milliseconds since the epoch.</summary>
    const long EndOfTime = 253_402_300_800_000;

    /// <summary>The bytes as they are if they begin like a file; otherwise <see cref="Forge"/> gives them correct checksums.</summary>
    internal static void File(byte[] input)
    {
        // The inside of a report, whose parts have checksums of their own.
        if (ReportRecord.Unpack(new MemoryStream(input), s_scratch) is { } report)
            JsonDocument.Parse(report).Dispose();
        Folder.Write(Name, input.AsSpan().StartsWith(HistoryHeader.Magic) ? input : Forge(input));
        var path = Folder.File(Name);
        using var file = HistoryFile.TryOpen(path, out var problem);
        Hold(file is null == (problem.Length > 0), $"a file and a problem, or neither: {problem}");
        if (file is null)
            return;
        var index = file.Index();
        var records = Math.Max(0, new FileInfo(path).Length - HistoryHeader.Size) / HistoryRecord.Size;
        Hold(
            index.Count <= records && index.Count + file.Damaged <= records + 1,
            $"{index.Count} records and {file.Damaged} damaged of {records}");
        var (record, last) = (new HistoryRecord(), 0L);
        foreach (var entry in index)
        {
            Hold(
                file.TryRead(entry, record) && record.Sequence == entry.Sequence && record.Time == entry.Time,
                $"{entry} is not what was indexed");
            Hold(entry.Sequence > last && entry.Time is >= 0 and < EndOfTime, $"{entry} after {last}");
            last = entry.Sequence;
        }
        var columns = Enumerable.Range(0, file.Header.Names.Length).ToArray();
        Json(Export(file, output => new HistoryJson(output, columns, hasListeners: true)), index.Count);
        var csv = Lines(Export(file, output => new HistoryCsv(output, columns, hasListeners: true)));
        Hold(csv.Length == index.Count + 1, $"{csv.Length} lines for {index.Count} records");
        Lines(Export(file, output => new HistoryText(output, new Terminal(false, 80), TimeZoneInfo.Utc, Name, file, HistoryQuery.All)));
    }

    static void Json(byte[] bytes, int records)
    {
        using var json = JsonDocument.Parse(bytes);
        Hold(json.RootElement.GetProperty("records").GetArrayLength() == records, "other records than the index has");
        foreach (var one in json.RootElement.GetProperty("events").EnumerateArray())
            Hold(!one.GetProperty("text").GetString()!.Any(char.IsControl), $"{one}");
    }

    /// <summary>A terminal obeys control characters.</summary>
    static string[] Lines(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        Hold(text.EndsWith('\n') && !text.Any(c => char.IsControl(c) && c != '\n'), $"control characters: {text}");
        return text[..^1].Split('\n');
    }

    static byte[] Export(HistoryFile file, Func<PipeWriter, IHistoryFormat> format)
    {
        using var stream = new MemoryStream();
        var output = PipeWriter.Create(stream);
        HistoryExport.Write(file, HistoryQuery.All, format(output), output, CancellationToken.None).GetAwaiter().GetResult();
        output.Complete();
        return stream.ToArray();
    }

    /// <summary>
    /// Capacity (u8), interval (u32) and the names, separated by newlines (none: this build's), up to a separator; then records: sequence
    /// (u8), the length (u16) of what follows, and that, laid from the time on.
    /// </summary>
    static byte[] Forge(byte[] input)
    {
        var bytes = new byte[Math.Max(5, input.Length)];
        input.CopyTo(bytes, 0);
        var interval = (int)Math.Max(1, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(1)) & int.MaxValue);
        var end = bytes.AsSpan(5).IndexOf(Folder.FileSeparator);
        var rest = end < 0 ? [] : bytes.AsSpan(5 + end + 1);
        var names = Encoding.ASCII.GetString(bytes, 5, Math.Clamp(end, 0, 4096));
        var header = new HistoryHeader(Math.Max(1, bytes[0] & 31), interval, names.Length == 0 ? Series.Names : names.Split('\n'));
        var file = new byte[header.FileSize];
        header.Bytes.CopyTo(file, 0);
        while (rest.Length > 3)
        {
            var (sequence, length) = (rest[0], Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]), rest.Length - 3));
            var record = file.AsSpan((int)header.Offset(sequence), HistoryRecord.Size);
            HistoryRecord.Write(record, 0, isFirst: false, []);
            rest.Slice(3, Math.Min(length, HistoryRecord.Size - TimeAt)).CopyTo(record[TimeAt..]);
            HistoryRecord.Seal(record, header.Layout, sequence);
            rest = rest[(3 + length)..];
        }
        return file;
    }

    /// <summary>Of a record, before which are checksum, layout and sequence.</summary>
    internal const int TimeAt = 16;

    /// <summary>since, until and series, each a line.</summary>
    internal static void Query(byte[] input)
    {
        var lines = Encoding.UTF8.GetString(input).Split('\n');
        var (since, until, series) = (lines[0], lines.ElementAtOrDefault(1) ?? "", lines.ElementAtOrDefault(2) ?? "");
        var isGood = HistoryQuery.TryParse(since, until, series, new StillTime(), out var query, out var problem);
        Hold(isGood == (problem.Length == 0), $"a query and a problem, or neither: {problem}");
        if (!isGood)
            return;
        Hold(query.Since is >= 0 and < EndOfTime && query.Until >= query.Since && query.Until is < EndOfTime or long.MaxValue, $"{query}");
        isGood = query.TrySelect(Series.Names, out var columns, out problem);
        Hold(
            isGood == (problem.Length == 0) && columns.All(column => column < Series.Names.Length)
                && columns.Distinct().Count() == columns.Length, problem);
    }

    internal static void Duration(byte[] input)
    {
        if (!Metrics.Duration.TryParse(Encoding.UTF8.GetString(input), out var duration))
            return;
        Hold(duration >= TimeSpan.Zero && duration <= TimeSpan.FromDays(3650), $"{duration}");
        Hold(
            Metrics.Duration.TryParse(Metrics.Duration.Format(duration), out var again)
                && (again - duration).Duration() < TimeSpan.FromMilliseconds(1), $"{duration} is not what was written");
    }
}
