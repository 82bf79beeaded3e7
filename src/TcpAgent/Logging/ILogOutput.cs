using Serilog.Core;

namespace TcpAgent.Logging;

/// <summary>Where log lines end up. It never makes its caller wait: what cannot be written is dropped and counted.</summary>
interface ILogOutput : ILogEventSink, IDisposable
{
    /// <summary>The number of lines dropped so far.</summary>
    long Dropped { get; }
}
