namespace TcpAgent.Logging;

enum LogFormat
{
    /// <summary>The journal when stderr leads there, otherwise logfmt.</summary>
    Auto,
    Logfmt,
    Json,
}
