using System.Net;
using Microsoft.AspNetCore.Http;
using TcpAgent.Sampling;

namespace TcpAgent.Web;

/// <summary>The paths the agent serves. GET and HEAD only, and nothing that changes anything.</summary>
sealed class Endpoints(
    Sampler sampler, MetricsEndpoint metrics, WhyEndpoint why, HistoryEndpoint history, SampleAge age, string telemetryPath, string version)
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
            "/" => Respond.Html(context, LandingPage()),
            "/api/v1/why" => why.Serve(context),
            "/api/v1/history" => history.Serve(context),
            "/-/healthy" => Healthy(context),
            "/-/ready" => Ready(context),
            _ => Respond.Text(context, StatusCodes.Status404NotFound, "Not found.\n"),
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

    string LandingPage() =>
        $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>TcpAgent</title>
        <style>
        :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
        body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
        </style>
        </head>
        <body>
        <h1>TcpAgent</h1>
        <p>Samples the kernel's TCP and network counters of this host and shows which queue or table limits its traffic.</p>
        <ul>
        <li><a href="{{WebUtility.HtmlEncode(telemetryPath)}}">Metrics</a></li>
        <li><a href="/api/v1/why">Verdict</a>: what limits this host now, as JSON</li>
        <li><a href="/api/v1/history?since=-5m">History</a>: the last five minutes second by second, as JSON</li>
        <li><a href="/-/healthy">Health</a>: the sampler is on time</li>
        <li><a href="/-/ready">Readiness</a>: the first sample is taken</li>
        </ul>
        <p>Version {{WebUtility.HtmlEncode(version)}}</p>
        </body>
        </html>

        """;
}
