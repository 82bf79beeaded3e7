using Microsoft.AspNetCore.Http;
using TcpAgent.Sampling;

namespace TcpAgent.Web;

/// <summary>The paths the agent serves. GET and HEAD only, and nothing that changes anything.</summary>
sealed class Endpoints(
    Sampler sampler, MetricsEndpoint metrics, WhyEndpoint why, HistoryEndpoint history, LiveEndpoint live, Page page, SampleAge age, string telemetryPath)
{
    internal Task Serve(HttpContext context)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return Respond.Text(context, StatusCodes.Status405MethodNotAllowed, "Only GET and HEAD are served.\n");
        }
        var path = context.Request.Path.Value;
        return path == telemetryPath ? metrics.Serve(context) : path switch
        {
            "/api/v1/why" => why.Serve(context),
            "/api/v1/history" => history.Serve(context),
            "/api/v1/incidents" => history.ServeIncidents(context),
            "/api/v1/live" => live.Serve(context),
            "/-/healthy" => Healthy(context),
            "/-/ready" => Ready(context),
            _ => page.TryServe(context) ?? Respond.Text(context, StatusCodes.Status404NotFound, "Not found.\n"),
        };
    }

    /// <summary>The sampler ticked within three intervals.</summary>
    Task Healthy(HttpContext context)
    {
        var snapshot = sampler.Snapshots.Acquire();
        if (snapshot is null)
            return Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "No sample has been taken yet.\n");
        var stale = age.IsStale(snapshot.Timestamp);
        sampler.Snapshots.Release(snapshot);
        return stale
            ? Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "The sampler is stuck: its last sample is too old.\n")
            : Respond.Text(context, StatusCodes.Status200OK, "TcpAgent is healthy.\n");
    }

    Task Ready(HttpContext context) => sampler.Samples > 0
        ? Respond.Text(context, StatusCodes.Status200OK, "TcpAgent is ready.\n")
        : Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "No sample has been taken yet.\n");
}
