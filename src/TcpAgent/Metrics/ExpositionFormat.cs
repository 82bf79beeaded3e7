namespace TcpAgent.Metrics;

enum ExpositionFormat
{
    /// <summary>text/plain; version=0.0.4</summary>
    Text,

    /// <summary>application/openmetrics-text; version=1.0.0</summary>
    OpenMetrics,
}
