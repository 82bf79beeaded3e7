using System.Text;
using Microsoft.AspNetCore.Http;

namespace TcpAgent.Web;

/// <summary>Small whole answers.</summary>
static class Respond
{
    internal static Task Text(HttpContext context, int status, string text) => Write(context, status, "text/plain; charset=utf-8", text);

    internal static Task Html(HttpContext context, string html)
    {
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return Write(context, StatusCodes.Status200OK, "text/html; charset=utf-8", html);
    }

    static async Task Write(HttpContext context, int status, string contentType, string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
