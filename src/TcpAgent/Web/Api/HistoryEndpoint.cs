using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using TcpAgent.History;

namespace TcpAgent.Web;

/// <summary>
/// /api/v1/history?since=&amp;until=&amp;series=&amp;incident=: serves the flight recorder's records, as the document of `history --json`.
/// Each request reads the file in constant memory and in turn with others. An incident, by its name in /api/v1/incidents, is read from its
/// own file.
/// </summary>
sealed class HistoryEndpoint(string? path, HistoryReaders readers, TimeProvider time)
{
    readonly IncidentList? _incidents = path is null ? null : new IncidentList(path);

    static Task Off(HttpContext context) => Respond.Text(
        context, StatusCodes.Status404NotFound, "History is off: give --history.file, or run under systemd with a StateDirectory.\n");

    /// <summary>/api/v1/incidents: lists the saved incidents, as the document of `history --incidents --json`.</summary>
    internal Task ServeIncidents(HttpContext context) => _incidents is null ? Off(context) : InTurn(context, async reader =>
    {
        await reader.Turn();
        var json = IncidentList.Json(_incidents.Read(), hasPaths: false);
        reader.Dispose();
        await Respond.Json(context, json);
    });

    internal Task Serve(HttpContext context) => path is null ? Off(context) : InTurn(context, reader => Read(context, path, reader));

    async Task InTurn(HttpContext context, Func<HistoryReader, Task> read)
    {
        using var reader = await readers.Begin(context);
        if (reader is null)
        {
            context.Response.Headers.RetryAfter = "1";
            await Respond.Text(
                context, StatusCodes.Status503ServiceUnavailable, "Other clients are reading the history, try again later.\n");
        }
        else
        {
            await read(reader);
        }
    }

    /// <summary>Whatever is not the history itself is sent after the reader has given its place back: its client may not read it.</summary>
    async Task Read(HttpContext context, string path, HistoryReader reader)
    {
        var parameters = context.Request.Query;
        foreach (var name in parameters.Keys)
            if (name is not ("since" or "until" or "series" or "incident"))
            {
                reader.Dispose();
                await Respond.Text(
                    context, StatusCodes.Status400BadRequest, $"No such parameter: {name}; there are since, until, series and incident.\n");
                return;
            }
        var (since, until, series) = ($"{parameters["since"]}", $"{parameters["until"]}", $"{parameters["series"]}");
        if (!HistoryQuery.TryParse(since, until, series, time, out var query, out var problem))
        {
            reader.Dispose();
            await Respond.Text(context, StatusCodes.Status400BadRequest, $"{problem}\n");
            return;
        }
        await reader.Turn();
        if (parameters["incident"] is { Count: > 0 } incident)
        {
            if (IncidentList.Find(path, $"{incident}") is not { } kept)
            {
                reader.Dispose();
                await Respond.Text(context, StatusCodes.Status404NotFound, $"No such incident: {incident}\n");
                return;
            }
            path = kept;
        }
        using var file = HistoryFile.TryOpen(path, out var fault);
        if (file is null)
        {
            reader.Dispose();
            await Respond.Text(context, StatusCodes.Status503ServiceUnavailable, $"The history cannot be read: {fault}\n");
            return;
        }
        if (!query.TrySelect(file.Header.Names, out var columns, out problem))
        {
            reader.Dispose();
            await Respond.Text(context, StatusCodes.Status400BadRequest, $"{problem}\n");
            return;
        }
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        context.Response.Headers.Vary = "Accept-Encoding";
        if (!Negotiation.AcceptsGzip(context.Request.Headers.AcceptEncoding))
        {
            await Write(file, query, columns, context.Response.BodyWriter, reader);
            return;
        }

        // Compression sends a tenth of the bytes, for a browser on a slow link.
        context.Response.Headers.ContentEncoding = "gzip";
        await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
        var output = PipeWriter.Create(gzip, new StreamPipeWriterOptions(leaveOpen: true));
        await Write(file, query, columns, output, reader);
        await output.CompleteAsync();
    }

    static async Task Write(HistoryFile file, HistoryQuery query, int[] columns, PipeWriter output, HistoryReader reader)
    {
        using var json = new HistoryJson(output, columns, query.HasListeners);
        await HistoryExport.Write(file, query, json, output, reader.Context.RequestAborted, reader.Turn, reader.Send);
    }
}
