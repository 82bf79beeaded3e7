using System.Globalization;
using System.IO.Pipelines;

namespace TcpAgent.History;

/// <summary>Feeds a file's records to a format and its output to the reader, piece by piece.</summary>
static class HistoryExport
{
    const int FlushAt = 64 * 1024;

    /// <param name="file">The file.</param>
    /// <param name="query">Which records.</param>
    /// <param name="format">Their format, which writes to the output.</param>
    /// <param name="output">The output.</param>
    /// <param name="stop">Ends the writing.</param>
    /// <param name="turn">Returns when the next piece may be read and written; null: at once. The first may be at once.</param>
    /// <param name="send">Sends a piece, with which the turn ends; null: flushes the output.</param>
    /// <exception cref="IOException">The file can no longer be read.</exception>
    internal static async Task Write(
        HistoryFile file, HistoryQuery query, IHistoryFormat format, PipeWriter output, CancellationToken stop,
        Func<Task>? turn = null, Func<PipeWriter, Task>? send = null)
    {
        turn ??= static () => Task.CompletedTask;
        send ??= async piece => await piece.FlushAsync(stop);
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
            if (output.UnflushedBytes <= FlushAt)
                continue;
            await send(output);
            await turn();
        }

        // A short range may begin after the report of its verdict, of which there is one a minute.
        var since = Math.Max(0, query.Since - ReportSchedule.Every - ReportSchedule.Least);
        format.End(timeline.Finish(), file.Reports(since, query.Until));
        await send(output);
    }

    /// <summary>Formats a time by RFC 3339, to the millisecond.</summary>
    internal static string Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
