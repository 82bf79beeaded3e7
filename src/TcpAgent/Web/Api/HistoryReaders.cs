using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace TcpAgent.Web;

/// <summary>
/// Shares the history's file among clients. Only a few read at once, one piece at a time, and each client has a share of the CPU. A reader
/// that waits for its own client, or has used up its share, gives way as soon as another would have to wait.
/// </summary>
/// <param name="most">Maximum number of readers at once: each takes up to half a megabyte.</param>
/// <param name="time">The clock.</param>
sealed class HistoryReaders(int most, TimeProvider time)
{
    /// <summary>How long a reader may wait for its own client, in total, while others want its place.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>How long a request waits for a place, which is longer than a slow reader may keep one.</summary>
    static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(5);

    /// <summary>The time between two looks for a free place.</summary>
    static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    /// <summary>A whole hour costs about 0.1 s of CPU. One client may have ten at once, and then one a second.</summary>
    static readonly TimeSpan s_reserve = TimeSpan.FromSeconds(1);

    const double Rate = 0.1;

    /// <summary>All clients together: a quarter of one CPU.</summary>
    const double RateOfAll = 0.25;

    const int MostWaiting = 64, MostWaitingOfOneClient = 4, MostShares = 1024;

    readonly Lock _lock = new();
    readonly List<HistoryReader> _running = [];
    readonly List<HistoryReader> _waiting = [];
    readonly Dictionary<IPAddress, CpuShare> _shares = [];
    readonly CpuShare _all = new(s_reserve, RateOfAll, time);

    /// <summary>Held while a piece is read and written. A disk that hangs then holds one thread and not all.</summary>
    readonly Channel<bool> _turn = Channel.CreateBounded<bool>(1);

    /// <summary>Returns null when there is no place for too long, or too many wait.</summary>
    internal async Task<HistoryReader?> Begin(HttpContext context)
    {
        if (Queue(context) is not { } reader)
            return null;
        try
        {
            var begun = time.GetTimestamp();
            while (!TryBegin(reader))
            {
                if (time.GetElapsedTime(begun) > s_longestWait)
                    return null;
                await Task.Delay(s_look, context.RequestAborted);
            }
            return reader;
        }
        finally
        {
            lock (_lock)
                _waiting.Remove(reader);
        }
    }

    /// <summary>May be called for a reader that had to give way.</summary>
    internal void End(HistoryReader reader)
    {
        lock (_lock)
            _running.Remove(reader);
    }

    HistoryReader? Queue(HttpContext context)
    {
        var client = ClientNetwork.Of(context.Connection.RemoteIpAddress);
        lock (_lock)
        {
            if (_waiting.Count >= MostWaiting || Count(_waiting, client) >= MostWaitingOfOneClient)
                return null;
            var reader = new HistoryReader(this, context, client, ShareOf(client), _all, _turn, time);
            _waiting.Add(reader);
            return reader;
        }
    }

    bool TryBegin(HistoryReader reader)
    {
        HistoryReader? slow = null;
        lock (_lock)
        {
            if (!IsNext(reader))
                return false;
            if (_running.Count >= most)
            {
                slow = Slowest();
                if (slow.Slow < Patience)
                    return false;
                _running.Remove(slow);
            }
            _running.Add(reader);
            _waiting.Remove(reader);
        }
        slow?.Context.Abort();
        return true;
    }

    /// <summary>The next is of the client that has the fewest places, and of those the one that waits longest.</summary>
    bool IsNext(HistoryReader reader)
    {
        var (next, fewest) = (reader, int.MaxValue);
        foreach (var one in _waiting)
            if (Count(_running, one.Client) is var places && places < fewest)
                (next, fewest) = (one, places);
        return next == reader;
    }

    HistoryReader Slowest()
    {
        var slowest = _running[0];
        foreach (var one in _running)
            if (one.Slow > slowest.Slow)
                slowest = one;
        return slowest;
    }

    static int Count(List<HistoryReader> readers, IPAddress client)
    {
        var count = 0;
        foreach (var one in readers)
            count += one.Client.Equals(client) ? 1 : 0;
        return count;
    }

    CpuShare ShareOf(IPAddress client)
    {
        if (_shares.TryGetValue(client, out var share))
            return share;
        if (_shares.Count >= MostShares)
            foreach (var (one, its) in _shares)
                if (its.IsFull)
                    _shares.Remove(one);
        if (_shares.Count >= MostShares)
            _shares.Clear();
        return _shares[client] = new CpuShare(s_reserve, Rate, time);
    }
}
