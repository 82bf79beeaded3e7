using Serilog.Core;
using Serilog.Events;
using TcpAgent.Metrics;

namespace TcpAgent.Logging;

/// <summary>Counts each logged line by its level.</summary>
sealed class LineCounter(AgentEvents events) : ILogEventSink
{
    public void Emit(LogEvent logEvent) => events.Logged(LogFields.Level(logEvent.Level));
}
