using Microsoft.AspNetCore.Http;
using TcpAgent.Sampling;

namespace TcpAgent.Web;

/// <summary>The paths that the agent serves. It accepts only GET and HEAD, and no request changes anything.</summary>
sealed class Endpoints
{
    readonly Sampler _sampler;
    readonly Page _page;
    readonly SampleAge _age;
    readonly AllowedHosts _hosts;

    /// <summary>Paths that scrapers and probes may ask for under any name.</summary>
    readonly HashSet<string> _anyHost;
    readonly Dictionary<string, RequestDelegate> _paths;

    internal Endpoints(
        Sampler sampler, MetricsEndpoint metrics, WhyEndpoint why, HistoryEndpoint history, LiveEndpoint live, StatusEndpoint status,
        Page page, SampleAge age, AllowedHosts hosts, string telemetryPath)
    {
        (_sampler, _page, _age, _hosts) = (sampler, page, age, hosts);
        _anyHost = [telemetryPath, "/-/healthy", "/-/ready"];
        _paths = new Dictionary<string, RequestDelegate>
        {
            ["/api/v1/why"] = why.Serve,
            ["/api/v1/history"] = history.Serve,
            ["/api/v1/incidents"] = history.ServeIncidents,
            ["/api/v1/live"] = live.Serve,
            ["/api/v1/status"] = status.Serve,
            ["/-/healthy"] = Healthy,
            ["/-/ready"] = Ready,
            [telemetryPath] = metrics.Serve,
        };
    }

    /// <summary>The path under which a request is counted: a served path, / for all parts of the page, or other.</summary>
    internal string Named(string path) => _paths.ContainsKey(path) ? path : _page.Has(path) ? "/" : "other";

    internal Task Serve(HttpContext context)
    {
        var (headers, path) = (context.Response.Headers, context.Request.Path.Value ?? "");
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            headers.Allow = "GET, HEAD";
            return Respond.Text(
                context, StatusCodes.Status405MethodNotAllowed, context.Request.Path == "/-/reload"
                    ? "Nothing can be changed over HTTP. To reload, send SIGHUP: systemctl reload tcp-agent\n"
                    : "Only GET and HEAD are served.\n");
        }
        if (!_paths.ContainsKey(path) && !_page.Has(path))
            return Respond.Text(context, StatusCodes.Status404NotFound, "Not found.\n");
        if (!_hosts.Includes(context.Request.Host) && (!_anyHost.Contains(path) || AllowedHosts.IsBrowser(context.Request)))
            return Respond.Text(
                context, StatusCodes.Status421MisdirectedRequest,
                "This host is not known by the name in the address; --web.allowed-host allows further names.\n");
        return _paths.TryGetValue(path, out var serve) ? serve(context) : _page.TryServe(context)!;
    }

    /// <summary>True if the sampler ticked within three intervals.</summary>
    Task Healthy(HttpContext context)
    {
        var snapshot = _sampler.Snapshots.Acquire();
        if (snapshot is null)
            return Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "No sample has been taken yet.\n");
        var taken = snapshot.Timestamp;
        _sampler.Snapshots.Release(snapshot);
        return _age.IsStale(taken)
            ? Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "The sampler is stuck: its last sample is too old.\n")
            : Respond.Text(context, StatusCodes.Status200OK, $"TcpAgent is healthy (sample {_age.Seconds(taken)} s old).\n");
    }

    Task Ready(HttpContext context) => _sampler.Samples > 0
        ? Respond.Text(context, StatusCodes.Status200OK, "TcpAgent is ready.\n")
        : Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "No sample has been taken yet.\n");
}
