using System.Net;
using Serilog.Events;
using TcpAgent.Logging;
using TcpAgent.Sources;

namespace TcpAgent;

/// <summary>
/// What the flags and the environment came to, checked once at start. WebConfigFile is empty for none; without a history file there
/// is no history.
/// </summary>
sealed record AgentOptions(
    IReadOnlyList<IPEndPoint> ListenAddresses, bool SystemdSocket, string TelemetryPath, int MaxRequests, string ProcFs, string SysFs,
    SamplingOptions Sampling, LogEventLevel LogLevel, LogFormat LogFormat, string WebConfigFile = "", string? HistoryFile = null, TimeSpan HistorySpan = default);
