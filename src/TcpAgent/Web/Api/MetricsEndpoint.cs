using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using TcpAgent.Metrics;
using TcpAgent.Sampling;

namespace TcpAgent.Web;

/// <summary>
/// Serves the newest snapshot. Never touches the kernel: whatever the sampler is doing, the last sample is there, until it is
/// so old that only what the agent says of itself is left.
/// </summary>
/// <param name="sampler">Whose samples.</param>
/// <param name="exposition">How they are written.</param>
/// <param name="age">When they are too old.</param>
/// <param name="maxRequests">Scrapes at once, 0 for as many as there is room for.</param>
/// <param name="room">Bytes that the expositions under way may take together; there is always room for one.</param>
/// <param name="time">The clock.</param>
/// <param name="events">Counts the scrapes by how long they took.</param>
sealed class MetricsEndpoint(
    Sampler sampler, Exposition exposition, SampleAge age, int maxRequests, long room, TimeProvider time, AgentEvents? events = null)
{
    /// <summary>Prometheus waits no longer by default; who takes longer than this gives way when others are turned away.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Kept for the next scrape: a buffer this large is costly garbage. As many as scrapes ever ran at once.</summary>
    readonly ConcurrentBag<ArrayBufferWriter<byte>> _buffers = [];

    /// <summary>Bytes of the largest buffer, at first of one for a usual exposition.</summary>
    int _bufferSize = 128 * 1024;

    readonly Lock _lock = new();

    /// <summary>The scrapes under way, in the order in which they began.</summary>
    readonly LinkedList<(HttpContext Context, long Begun)> _running = [];

    internal async Task Serve(HttpContext context)
    {
        if (!TryFilter(context.Request.Query, out var tables, out var problem))
        {
            await Respond.Text(context, StatusCodes.Status400BadRequest, problem);
            return;
        }
        var most = Most();
        if (TryBegin(context, most) is not { } scrape)
        {
            await Respond.Text(
                context, StatusCodes.Status503ServiceUnavailable, $"Limit of concurrent requests reached ({most}), try again later.\n");
            return;
        }
        try
        {
            if (!await IsSampled(context.RequestAborted))
                await Respond.Text(context, StatusCodes.Status503ServiceUnavailable, "No sample has been taken yet.\n");
            else
                await Render(context, tables);
        }
        finally
        {
            lock (_lock)
                if (scrape.List is not null)
                    _running.Remove(scrape);
        }
    }

    /// <summary>Scrapes that may be under way at once.</summary>
    long Most() => Math.Max(1, Math.Min(maxRequests > 0 ? maxRequests : long.MaxValue, room / _bufferSize));

    /// <summary>
    /// Null when as many as may are under way. One of them that has taken too long, because its client does not read, is given up for the
    /// new one: else a few such clients would keep all others out.
    /// </summary>
    LinkedListNode<(HttpContext Context, long Begun)>? TryBegin(HttpContext context, long most)
    {
        HttpContext? slow = null;
        LinkedListNode<(HttpContext, long)> added;
        lock (_lock)
        {
            if (_running.Count >= most)
            {
                var oldest = _running.First!;
                if (time.GetElapsedTime(oldest.Value.Begun) < s_patience)
                    return null;
                slow = oldest.Value.Context;
                _running.Remove(oldest);
            }
            added = _running.AddLast((context, time.GetTimestamp()));
        }
        slow?.Abort();
        return added;
    }

    /// <summary>
    /// A scrape that waited in a passed socket while the agent was restarted is there before the first sample. An empty answer
    /// would tell Prometheus that all is well.
    /// </summary>
    async Task<bool> IsSampled(CancellationToken stop)
    {
        for (var waits = 40; sampler.Samples == 0 && waits > 0; waits--)
            await Task.Delay(50, stop);
        return sampler.Samples > 0;
    }

    async Task Render(HttpContext context, bool[] tables)
    {
        var start = time.GetTimestamp();
        var negotiation = Negotiation.For(context.Request.Headers.Accept);
        context.Response.Headers.Vary = "Accept, Accept-Encoding";
        var buffer = _buffers.TryTake(out var idle) ? idle : new ArrayBufferWriter<byte>(_bufferSize);
        try
        {
            Write(negotiation.Format, tables, buffer);
            _bufferSize = Math.Max(_bufferSize, buffer.Capacity);
            if (Negotiation.AcceptsGzip(context.Request.Headers.AcceptEncoding))
                await Respond.Compressed(context, negotiation.ContentType, buffer.WrittenMemory);
            else
                await Respond.Bytes(context, negotiation.ContentType, buffer.WrittenMemory);
            events?.Scraped(time.GetElapsedTime(start));
        }
        finally
        {
            buffer.ResetWrittenCount();
            _buffers.Add(buffer);
        }
    }

    void Write(ExpositionFormat format, bool[] tables, IBufferWriter<byte> output)
    {
        var snapshot = sampler.Snapshots.Acquire();
        if (snapshot is null)
            return;
        try
        {
            exposition.Write(snapshot, format, age.IsStale(snapshot.Timestamp) ? OwnBlocks(tables) : tables, output);
        }
        finally
        {
            sampler.Snapshots.Release(snapshot);
        }
    }

    /// <summary>Of the wanted tables those of the agent itself.</summary>
    bool[] OwnBlocks(bool[] wanted)
    {
        var own = new bool[sampler.Tables.Count];
        for (var i = 0; i < own.Length; i++)
            own[i] = sampler.TableOwners[i] == "agent" && (wanted.Length == 0 || wanted[i]);
        return own;
    }

    /// <summary>collect[]=NAME keeps only the named sources, exclude[]=NAME leaves them out; both at once is an error.</summary>
    bool TryFilter(IQueryCollection query, out bool[] tables, out string problem)
    {
        var collect = query["collect[]"];
        var exclude = query["exclude[]"];
        tables = [];
        problem = "";
        if (collect.Count > 0 && exclude.Count > 0)
            problem = "collect[] and exclude[] cannot be used together.\n";
        foreach (var name in StringValues.Concat(collect, exclude))
            if (problem.Length == 0 && !Owns(name))
                problem = $"missing collector: {name}\n";
        if (problem.Length > 0)
            return false;
        if (collect.Count + exclude.Count == 0)
            return true;
        tables = new bool[sampler.Tables.Count];
        for (var i = 0; i < tables.Length; i++)
            tables[i] = collect.Count > 0 ? Contains(collect, sampler.TableOwners[i]) : !Contains(exclude, sampler.TableOwners[i]);
        return true;
    }

    bool Owns(string? name)
    {
        foreach (var owner in sampler.TableOwners)
            if (owner == name)
                return true;
        return false;
    }

    static bool Contains(StringValues names, string name)
    {
        foreach (var one in names)
            if (one == name)
                return true;
        return false;
    }
}
