using System.Collections.Concurrent;
using Serilog.Core;
using Serilog.Events;

namespace TcpAgent.Logging;

/// <summary>
/// Writes log events to stderr on its own thread. A pipe that nobody reads, a full disk or a closed descriptor then stops this thread and
/// nobody else. Thread safe.
/// </summary>
sealed class StderrSink : ILogOutput
{
    /// <summary>Lines that may wait, which is more than the agent logs at a start or a reload.</summary>
    internal const int Capacity = 512;

    /// <summary>How long the end of the agent waits for lines in the queue.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    readonly ILogEventSink _console;
    readonly BlockingCollection<LogEvent> _waiting = new(Capacity);
    readonly Thread _thread;
    long _dropped;

    /// <param name="console">Writes one event, and throws if it cannot. Used on one thread, and disposed with this sink.</param>
    internal StderrSink(ILogEventSink console)
    {
        _console = console;
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    public long Dropped => Interlocked.Read(ref _dropped);

    public void Emit(LogEvent logEvent)
    {
        if (!TryAdd(logEvent))
            Interlocked.Increment(ref _dropped);
    }

    public void Dispose()
    {
        _waiting.CompleteAdding();
        if (_thread.Join(s_patience))
            (_console as IDisposable)?.Dispose();
    }

    bool TryAdd(LogEvent logEvent)
    {
        try
        {
            return _waiting.TryAdd(logEvent);
        }
        catch (InvalidOperationException)
        {
            // The queue is closed: the agent is about to exit.
            return false;
        }
    }

    void Run()
    {
        foreach (var logEvent in _waiting.GetConsumingEnumerable())
        {
            try
            {
                _console.Emit(logEvent);
            }
            catch (Exception)
            {
                // A full disk, or a descriptor that was closed. There is nowhere left to report it but the metric.
                Interlocked.Increment(ref _dropped);
            }
        }
    }
}
