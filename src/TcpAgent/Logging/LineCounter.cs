using Serilog.Core;
using Serilog.Events;
using TcpAgent.Metrics;

namespace TcpAgent.Logging;

/// <summary>Counts each line that is logged, by the level that it shows.</summary>
sealed class LineCounter(AgentEvents events) : ILogEventSink
{
    public void Emit(LogEvent logEvent) => events.Logged(LogFields.Level(logEvent.Level));
}
