using System.Buffers;
using Microsoft.AspNetCore.Http;
using TcpAgent.Metrics;
using TcpAgent.Sampling;

namespace TcpAgent.Web;

/// <summary>
/// Serves the newest snapshot. Never touches the kernel: whatever the sampler is doing, the last sample is served, until it is so old that
/// only the agent's own metrics are left.
/// </summary>
/// <param name="sampler">Takes the samples.</param>
/// <param name="exposition">Renders them.</param>
/// <param name="age">Says when they are too old.</param>
/// <param name="queue">Limits concurrent scrapes.</param>
/// <param name="time">The clock.</param>
/// <param name="events">Counts scrapes by duration.</param>
sealed class MetricsEndpoint(
    Sampler sampler, Exposition exposition, SampleAge age, ScrapeQueue queue, TimeProvider time, AgentEvents? events = null)
{
    readonly TableFilter _filter = new(sampler.TableOwners);
    readonly Lock _firstWrite = new();

    internal async Task Serve(HttpContext context)
    {
        if (!_filter.TryRead(context.Request.Query, out var tables, out var problem))
        {
            await Respond.Text(context, StatusCodes.Status400BadRequest, problem);
            return;
        }
        if (!await IsSampled(context.RequestAborted))
        {
            await Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "No sample has been taken yet.\n");
            return;
        }
        if (!queue.IsSizeKnown)
            LearnSize();
        if (queue.TryBegin(context) is not { } scrape)
        {
            await Respond.Text(
                context, StatusCodes.Status503ServiceUnavailable,
                $"Limit of concurrent requests reached ({queue.Most}), try again later.\n");
            return;
        }
        try
        {
            await Render(context, tables);
        }
        finally
        {
            queue.End(scrape);
        }
    }

    /// <summary>
    /// A scrape that waited in a passed socket during a restart arrives before the first sample. An empty response would mean to Prometheus
    /// that all is well.
    /// </summary>
    async Task<bool> IsSampled(CancellationToken stop)
    {
        for (var waits = 40; sampler.Samples == 0 && waits > 0; waits--)
            await Task.Delay(50, stop);
        return sampler.Samples > 0;
    }

    /// <summary>
    /// The number of scrapes that fit in memory depends on the size of one. Until that is known a rush could take all memory, so the first
    /// is written alone while the others wait.
    /// </summary>
    void LearnSize()
    {
        lock (_firstWrite)
            if (!queue.IsSizeKnown)
                queue.GiveBuffer(Write(ExpositionFormat.OpenMetrics, []));
    }

    async Task Render(HttpContext context, bool[] tables)
    {
        var start = time.GetTimestamp();
        var negotiation = Negotiation.For(context.Request.Headers.Accept);
        context.Response.Headers.Vary = "Accept, Accept-Encoding";
        var buffer = Write(negotiation.Format, tables);
        try
        {
            if (Negotiation.AcceptsGzip(context.Request.Headers.AcceptEncoding))
                await Respond.Compressed(context, negotiation.ContentType, buffer.WrittenMemory);
            else
                await Respond.Bytes(context, negotiation.ContentType, buffer.WrittenMemory);
            events?.Scraped(time.GetElapsedTime(start));
        }
        finally
        {
            queue.GiveBuffer(buffer);
        }
    }

    ArrayBufferWriter<byte> Write(ExpositionFormat format, bool[] tables)
    {
        var buffer = queue.TakeBuffer();
        if (sampler.Snapshots.Acquire() is not { } snapshot)
            return buffer;
        try
        {
            exposition.Write(snapshot, format, age.IsStale(snapshot.Timestamp) ? _filter.OwnOf(tables) : tables, buffer);
        }
        finally
        {
            sampler.Snapshots.Release(snapshot);
        }
        queue.Learn(buffer);
        return buffer;
    }
}
