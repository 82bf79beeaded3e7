using Microsoft.AspNetCore.Http;
using TcpAgent.Metrics;

namespace TcpAgent.Web;

/// <summary>Counts each request by what was answered, whoever answered it: an endpoint, the gate before them, or nobody.</summary>
/// <param name="events">Counts.</param>
/// <param name="endpoints">Know the paths.</param>
/// <param name="next">Answers.</param>
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
            // Kestrel answers 500, unless the client has gone.
            events.Requested(
                path, context.RequestAborted.IsCancellationRequested
                    ? StatusCodes.Status499ClientClosedRequest
                    : StatusCodes.Status500InternalServerError);
            throw;
        }
        events.Requested(path, context.Response.StatusCode);
    }
}
