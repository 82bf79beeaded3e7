using System.Text;
using Microsoft.AspNetCore.Http;

namespace TcpAgent.Web;

/// <summary>Small whole answers.</summary>
static class Respond
{
    internal static Task Text(HttpContext context, int status, string text) => Write(context, status, "text/plain; charset=utf-8", text);

    internal static Task Bytes(HttpContext context, string contentType, byte[] body) => Write(context, StatusCodes.Status200OK, contentType, body);

    internal static Task Json(HttpContext context, byte[] json)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Write(context, StatusCodes.Status200OK, "application/json", json);
    }

    static Task Write(HttpContext context, int status, string contentType, string text) =>
        Write(context, status, contentType, Encoding.UTF8.GetBytes(text));

    static async Task Write(HttpContext context, int status, string contentType, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
