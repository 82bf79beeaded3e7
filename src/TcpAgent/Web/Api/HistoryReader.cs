using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using TcpAgent.System;

namespace TcpAgent.Web;

/// <summary>One request that reads the history, piece by piece: its turns, what they cost, and how long its client made it wait.</summary>
sealed class HistoryReader(
    HistoryReaders readers, HttpContext context, IPAddress client, CpuShare own, CpuShare all, Channel<bool> turn, TimeProvider time)
    : IDisposable
{
    /// <summary>The longest wait for a share before the clock is read again.</summary>
    static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();
    TimeSpan _slow;
    long? _slowSince;
    bool _hasTurn;
    (int Thread, long Cpu, long Time)? _begun;

    internal HttpContext Context => context;

    internal IPAddress Client => client;

    /// <summary>How long the request has waited for its own client, or for that client's share of the CPU, in total.</summary>
    internal TimeSpan Slow
    {
        get
        {
            lock (_lock)
                return _slow + (_slowSince is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero);
        }
    }

    /// <summary>Waits for the next turn, which lasts until <see cref="Send"/> or the end.</summary>
    internal async Task Turn()
    {
        var stop = context.RequestAborted;
        SetSlow(true);
        for (var wait = own.Wait; wait > TimeSpan.Zero; wait = own.Wait)
            await Task.Delay(AtLeast(wait), stop);
        SetSlow(false);
        await turn.Writer.WriteAsync(true, stop);
        _hasTurn = true;
        for (var wait = all.Wait; wait > TimeSpan.Zero; wait = all.Wait)
            await Task.Delay(AtLeast(wait), stop);
        _begun = Now();
    }

    /// <summary>
    /// Sends what was written, and ends the turn before it waits for the client. From then on until its next turn the reader counts as
    /// slow.
    /// </summary>
    /// <exception cref="IOException">The client has gone.</exception>
    internal async Task Send(PipeWriter output)
    {
        // Compression happens in here, before the first wait.
        var sending = output.FlushAsync(context.RequestAborted);
        EndTurn();
        SetSlow(true);
        var result = await sending;
        if (result.IsCompleted)
            throw new IOException("The client has closed the connection.");
    }

    /// <summary>Gives turn and place back. May be called twice.</summary>
    public void Dispose()
    {
        EndTurn();
        readers.End(this);
    }

    void EndTurn()
    {
        if (!_hasTurn)
            return;
        if (_begun is { } begun)
        {
            // A turn that was continued on another thread, which is rare, is charged by the clock.
            var now = Now();
            var used = now.Thread == begun.Thread ? now.Cpu - begun.Cpu : (long)time.GetElapsedTime(begun.Time, now.Time).TotalNanoseconds;
            own.Charge(used);
            all.Charge(used);
        }
        (_hasTurn, _begun) = (false, null);
        turn.Reader.TryRead(out _);
    }

    (int Thread, long Cpu, long Time) Now() => (Environment.CurrentManagedThreadId, Libc.ThreadCpuTime(), time.GetTimestamp());

    void SetSlow(bool isSlow)
    {
        lock (_lock)
        {
            if (_slowSince is { } since)
                _slow += time.GetElapsedTime(since);
            _slowSince = isSlow ? time.GetTimestamp() : null;
        }
    }

    static TimeSpan AtLeast(TimeSpan wait) =>
        wait > s_longest ? s_longest : wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait;
}
