using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using TcpAgent.Metrics;
using TcpAgent.Sampling;

namespace TcpAgent.Web;

/// <summary>
/// /api/v1/live: the document that the page requests each second. The first request writes it once per sample, and all clients share it;
/// without clients it costs nothing.
/// </summary>
sealed class LiveEndpoint(Sampler sampler, LiveJson json, SampleAge age, TimeProvider time)
{
    readonly Lock _lock = new();
    byte[] _written = [];
    long _of = long.MinValue;

    internal async Task Serve(HttpContext context)
    {
        if (sampler.Snapshots.Acquire() is not { } snapshot)
        {
            await Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "No sample has been taken yet.\n");
            return;
        }
        var taken = snapshot.Timestamp;
        byte[]? body;
        try
        {
            body = age.IsStale(taken) ? null : Write(snapshot);
        }
        finally
        {
            sampler.Snapshots.Release(snapshot);
        }
        if (body is null)
        {
            await Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "The sampler is stuck: its last sample is too old.\n");
            return;
        }

        // From the sample's age the page knows when the next sample is due, and asks just then.
        var seconds = time.GetElapsedTime(taken).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
        await Respond.Json(context, Encoding.ASCII.GetBytes($"{{\"age_seconds\":{seconds},"), body);
    }

    byte[] Write(Snapshot snapshot)
    {
        lock (_lock)
        {
            if (snapshot.Timestamp != _of)
                (_written, _of) = (json.Write(snapshot), snapshot.Timestamp);
            return _written;
        }
    }
}
