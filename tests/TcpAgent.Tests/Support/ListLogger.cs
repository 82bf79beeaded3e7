using Microsoft.Extensions.Logging;

namespace TcpAgent.Tests.Support;

/// <summary>Keeps what is logged from a level on, from any thread.</summary>
sealed class ListLogger(LogLevel least = LogLevel.Information) : ILogger
{
    readonly List<string> _lines = [];

    internal IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
            _lines.Add($"{logLevel}: {formatter(state, exception)}");
    }
}
