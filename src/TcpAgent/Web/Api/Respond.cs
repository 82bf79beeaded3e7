using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace TcpAgent.Web;

/// <summary>Writes complete responses.</summary>
static class Respond
{
    /// <summary>
    /// Bytes of a response that wait in a connection's buffer while its client does not read; all clients share the response itself.
    /// </summary>
    internal const int Slice = 16 * 1024;

    internal static Task Text(HttpContext context, int status, string text) =>
        Write(context, status, "text/plain; charset=utf-8", [], Encoding.UTF8.GetBytes(text));

    internal static Task Bytes(HttpContext context, string contentType, ReadOnlyMemory<byte> body) =>
        Write(context, StatusCodes.Status200OK, contentType, [], body);

    internal static Task Json(HttpContext context, byte[] json) => Json(context, [], json);

    /// <param name="context">The request.</param>
    /// <param name="beginning">The beginning of the document, for this client only.</param>
    /// <param name="rest">The rest of the document, shared by all clients.</param>
    internal static Task Json(HttpContext context, byte[] beginning, byte[] rest)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Write(context, StatusCodes.Status200OK, "application/json", beginning, rest);
    }

    internal static async Task Compressed(HttpContext context, string contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = contentType;
        context.Response.Headers.ContentEncoding = "gzip";
        await using var stream = new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await stream.WriteAsync(body, context.RequestAborted);
    }

    static async Task Write(HttpContext context, int status, string contentType, byte[] beginning, ReadOnlyMemory<byte> rest)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = beginning.Length + rest.Length;
        var output = context.Response.Body;
        if (beginning.Length > 0)
            await output.WriteAsync(beginning, context.RequestAborted);
        for (; rest.Length > 0; rest = rest[Math.Min(Slice, rest.Length)..])
            await output.WriteAsync(rest[..Math.Min(Slice, rest.Length)], context.RequestAborted);
    }
}
