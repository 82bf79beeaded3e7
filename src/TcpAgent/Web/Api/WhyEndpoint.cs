using Microsoft.AspNetCore.Http;
using TcpAgent.Sampling;
using TcpAgent.Verdict;

namespace TcpAgent.Web;

/// <summary>
/// /api/v1/why: serves the verdict over the peak window, from the newest snapshot. A snapshot that is too old gives none, because its
/// conditions may be long over.
/// </summary>
sealed class WhyEndpoint(Sampler sampler, SampleAge age, TimeSpan window)
{
    internal Task Serve(HttpContext context)
    {
        if (sampler.Snapshots.Acquire() is not { } snapshot)
            return Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "No sample has been taken yet.\n");
        try
        {
            return age.IsStale(snapshot.Timestamp)
                ? Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "The sampler is stuck: its last sample is too old.\n")
                : Respond.Json(context, VerdictJson.Write(HostVerdict.From(new SampleView(snapshot), window)));
        }
        finally
        {
            sampler.Snapshots.Release(snapshot);
        }
    }
}
