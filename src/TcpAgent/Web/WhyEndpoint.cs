using Microsoft.AspNetCore.Http;
using TcpAgent.Resources;

namespace TcpAgent.Web;

/// <summary>/api/v1/why: the verdict over the peak window, from the newest snapshot.</summary>
sealed class WhyEndpoint(Func<Verdict?> judge)
{
    internal Task Serve(HttpContext context) => judge() is { } verdict
        ? Respond.Json(context, VerdictJson.Write(verdict))
        : Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "No sample has been taken yet.\n");
}
