using System.Globalization;
using Microsoft.AspNetCore.Http;
using TcpAgent.Web.Config;

namespace TcpAgent.Web;

/// <summary>
/// The checks of every request before its path is considered, in the order of exporter-toolkit: rate limit, headers, password.
/// </summary>
sealed class RequestGate(LiveConfig config, BasicAuth auth, RequestDelegate next)
{
    static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    internal async Task Serve(HttpContext context)
    {
        var active = config.Fresh();
        var headers = context.Response.Headers;
        if (active.Bucket is { } bucket && !bucket.TryTake(out var wait))
        {
            headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await Respond.Text(context, StatusCodes.Status429TooManyRequests, "Too many requests.\n");
            return;
        }
        foreach (var (name, value) in active.Config.Headers)
            headers[name] = value;
        var admission = active.Config.Users.Count == 0
            ? Admission.Granted
            : await auth.Check(active.Config.Users, context.Request.Headers.Authorization, context.Connection.RemoteIpAddress);
        switch (admission)
        {
            case Admission.Granted:
                await next(context);
                break;
            case Admission.Refused:
                headers.WWWAuthenticate = "Basic realm=\"tcp-agent\", charset=\"UTF-8\"";
                await Respond.Text(context, StatusCodes.Status401Unauthorized, "Unauthorized\n");
                break;
            default:
                // Whoever asks again at once would push out those that wait.
                await Task.Delay(s_pause, context.RequestAborted);
                headers.RetryAfter = "1";
                await Respond.Text(
                    context, StatusCodes.Status503ServiceUnavailable, "Too many passwords are being checked, try again later.\n");
                break;
        }
    }
}
