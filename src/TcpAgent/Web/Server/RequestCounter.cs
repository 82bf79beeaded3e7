using Microsoft.AspNetCore.Http;
using TcpAgent.Metrics;

namespace TcpAgent.Web;

/// <summary>Counts each request by its response, whether an endpoint, the gate or nobody sent one.</summary>
/// <param name="events">The counters.</param>
/// <param name="endpoints">The known paths.</param>
/// <param name="next">The next handler.</param>
sealed class RequestCounter(AgentEvents events, Endpoints endpoints, RequestDelegate next)
{
    internal async Task Serve(HttpContext context)
    {
        var path = endpoints.Named(context.Request.Path.Value ?? "");
        try
        {
            await next(context);
        }
        catch
        {
            // Kestrel responds with 500, unless the client has disconnected.
            events.Requested(
                path, context.RequestAborted.IsCancellationRequested
                    ? StatusCodes.Status499ClientClosedRequest
                    : StatusCodes.Status500InternalServerError);
            throw;
        }
        events.Requested(path, context.Response.StatusCode);
    }
}
