using System.Globalization;
using System.IO.Pipelines;

namespace TcpAgent.History;

/// <summary>Feeds a file's records to a format and its output to the reader, piece by piece.</summary>
static class HistoryExport
{
    const int FlushAt = 64 * 1024;

    /// <exception cref="IOException">The file can no longer be read.</exception>
    internal static async Task Write(HistoryFile file, HistoryQuery query, IHistoryFormat format, PipeWriter output, CancellationToken stop)
    {
        var record = new HistoryRecord();
        var timeline = new Timeline(file.Header);
        var entries = file.Index();
        var reach = HistoryReach.Of(entries);
        entries.RemoveAll(entry => !query.Includes(entry.Time));
        format.Begin(file.Header, entries, reach);
        foreach (var entry in entries)
        {
            if (!file.TryRead(entry, record))
                continue;
            timeline.Add(record);
            format.Add(record);
            if (output.UnflushedBytes > FlushAt)
                await output.FlushAsync(stop);
        }
        format.End(timeline.Finish(), file.Reports(query.Since, query.Until));
        await output.FlushAsync(stop);
    }

    /// <summary>Formats a time by RFC 3339, to the millisecond.</summary>
    internal static string Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
