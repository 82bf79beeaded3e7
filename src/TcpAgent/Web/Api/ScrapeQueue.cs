using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace TcpAgent.Web;

/// <summary>
/// The scrapes under way: how many may be, by their number and by the memory that their expositions take, and the buffers that they write
/// to.
/// </summary>
/// <param name="maxRequests">At once; 0 for as many as there is room for.</param>
/// <param name="room">Bytes that the expositions under way may take together; there is always room for one.</param>
/// <param name="time">The clock.</param>
sealed class ScrapeQueue(int maxRequests, long room, TimeProvider time)
{
    /// <summary>
    /// Prometheus waits no longer by default. A scrape that takes longer than this gives way when others would be turned away.
    /// </summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A buffer this large is costly garbage, so each is kept for a later scrape: as many as ever were under way at once.
    /// </summary>
    readonly ConcurrentBag<ArrayBufferWriter<byte>> _buffers = [];

    readonly Lock _lock = new();

    /// <summary>In the order in which they began.</summary>
    readonly LinkedList<(HttpContext Context, long Begun)> _running = [];

    /// <summary>Bytes of the largest buffer so far. Read without the lock: a value that is one scrape old is good enough.</summary>
    volatile int _bufferSize = 128 * 1024;

    /// <summary>An exposition has been written, so that the size of the next one is known.</summary>
    internal bool IsSizeKnown { get; private set; }

    /// <summary>Scrapes that may be under way at once.</summary>
    internal long Most => Math.Max(1, Math.Min(maxRequests > 0 ? maxRequests : long.MaxValue, room / _bufferSize));

    /// <summary>
    /// Null when as many as may are under way. One of them that has taken too long, because its client does not read, is given up for the
    /// new one: else a few such clients would keep all others out.
    /// </summary>
    internal LinkedListNode<(HttpContext Context, long Begun)>? TryBegin(HttpContext context)
    {
        HttpContext? slow = null;
        LinkedListNode<(HttpContext, long)> added;
        lock (_lock)
        {
            if (_running.Count >= Most)
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

    /// <summary>May be called for one that was given up.</summary>
    internal void End(LinkedListNode<(HttpContext Context, long Begun)> scrape)
    {
        lock (_lock)
            if (scrape.List is not null)
                _running.Remove(scrape);
    }

    internal ArrayBufferWriter<byte> TakeBuffer() => _buffers.TryTake(out var idle) ? idle : new ArrayBufferWriter<byte>(_bufferSize);

    /// <summary>An exposition is in the buffer, and the next one will be about as large.</summary>
    internal void Learn(ArrayBufferWriter<byte> buffer)
    {
        _bufferSize = Math.Max(_bufferSize, buffer.Capacity);
        IsSizeKnown = true;
    }

    internal void GiveBuffer(ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        _buffers.Add(buffer);
    }
}
