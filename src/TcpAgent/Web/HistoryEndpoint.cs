using Microsoft.AspNetCore.Http;
using TcpAgent.History;

namespace TcpAgent.Web;

/// <summary>
/// /api/v1/history?since=&amp;until=&amp;series=: what the flight recorder has, the document of `history --json`. Read from the file at
/// each request, in constant memory and never by many at once: a whole hour costs about 0.1 s of CPU.
/// </summary>
sealed class HistoryEndpoint(string? path, TimeProvider time)
{
    const int MostAtOnce = 2;

    int _running;

    internal async Task Serve(HttpContext context)
    {
        if (path is null)
        {
            await Respond.Text(context, StatusCodes.Status404NotFound, "History is off: give --history.file, or run under systemd with a StateDirectory.\n");
            return;
        }
        try
        {
            if (Interlocked.Increment(ref _running) > MostAtOnce)
                await Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "The history is being read by others, try again later.\n");
            else
                await Read(context, path);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    async Task Read(HttpContext context, string path)
    {
        var parameters = context.Request.Query;
        foreach (var name in parameters.Keys)
            if (name is not ("since" or "until" or "series"))
            {
                await Respond.Text(context, StatusCodes.Status400BadRequest, $"No such parameter: {name}; there are since, until and series.\n");
                return;
            }
        var (since, until, series) = ($"{parameters["since"]}", $"{parameters["until"]}", $"{parameters["series"]}");
        if (!HistoryQuery.TryParse(since, until, series, time, out var query, out var problem))
        {
            await Respond.Text(context, StatusCodes.Status400BadRequest, $"{problem}\n");
            return;
        }
        using var file = HistoryFile.TryOpen(path, out var fault);
        if (file is null)
        {
            await Respond.Text(context, StatusCodes.Status503ServiceUnavailable, $"The history cannot be read: {fault}\n");
            return;
        }
        if (!query.TrySelect(file.Header.Names, out var columns, out problem))
        {
            await Respond.Text(context, StatusCodes.Status400BadRequest, $"{problem}\n");
            return;
        }
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        var output = context.Response.BodyWriter;
        using var json = new HistoryJson(output, columns, query.HasListeners);
        await HistoryExport.Write(file, query, json, output, context.RequestAborted);
    }
}
