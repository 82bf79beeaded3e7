using System.Net;
using Serilog.Events;
using TcpAgent.Logging;
using TcpAgent.Sources;

namespace TcpAgent;

/// <summary>What the flags and the environment came to, checked once at start. Without a history file there is no history.</summary>
sealed record AgentOptions(
    IReadOnlyList<IPEndPoint> ListenAddresses, bool SystemdSocket, string TelemetryPath, int MaxRequests, string ProcFs, string SysFs,
    SamplingOptions Sampling, LogEventLevel LogLevel, LogFormat LogFormat, string? HistoryFile = null, TimeSpan HistorySpan = default);
