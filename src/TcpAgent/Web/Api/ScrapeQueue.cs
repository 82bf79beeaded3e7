using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace TcpAgent.Web;

/// <summary>Limits concurrent scrapes, by number and by the memory of their expositions, and owns the buffers that they write to.</summary>
/// <param name="maxRequests">Maximum concurrent scrapes; 0 for as many as fit in memory.</param>
/// <param name="room">Bytes that all expositions in flight may take together; there is always room for one.</param>
/// <param name="time">The clock.</param>
sealed class ScrapeQueue(int maxRequests, long room, TimeProvider time)
{
    /// <summary>
    /// The default scrape timeout of Prometheus. A scrape that takes longer than this is aborted when others would be turned away.
    /// </summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The buffers kept for later scrapes, because one this large is expensive garbage. There are as many as there ever were concurrent
    /// scrapes.
    /// </summary>
    readonly ConcurrentBag<ArrayBufferWriter<byte>> _buffers = [];

    readonly Lock _lock = new();

    /// <summary>The running scrapes, in the order in which they began.</summary>
    readonly LinkedList<(HttpContext Context, long Begun)> _running = [];

    /// <summary>Bytes of the largest buffer so far. Read without the lock: a value that is one scrape old is good enough.</summary>
    volatile int _bufferSize = 128 * 1024;

    /// <summary>True once an exposition has been written, so that the size of the next is known.</summary>
    internal bool IsSizeKnown { get; private set; }

    /// <summary>The maximum number of concurrent scrapes.</summary>
    internal long Most => Math.Max(1, Math.Min(maxRequests > 0 ? maxRequests : long.MaxValue, room / _bufferSize));

    /// <summary>
    /// Returns null when the limit is reached. If a running scrape has taken too long because its client does not read, it is aborted in
    /// favour of the new one; otherwise a few such clients would keep all others out.
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

    /// <summary>May be called for a scrape that was aborted.</summary>
    internal void End(LinkedListNode<(HttpContext Context, long Begun)> scrape)
    {
        lock (_lock)
            if (scrape.List is not null)
                _running.Remove(scrape);
    }

    internal ArrayBufferWriter<byte> TakeBuffer() => _buffers.TryTake(out var idle) ? idle : new ArrayBufferWriter<byte>(_bufferSize);

    /// <summary>Called when an exposition is in the buffer: the next will be about as large.</summary>
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
