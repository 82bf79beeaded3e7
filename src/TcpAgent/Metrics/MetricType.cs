namespace TcpAgent.Metrics;

enum MetricType
{
    Counter,
    Gauge,
    Info,

    /// <summary>One of the agent's own instruments; no row has it.</summary>
    Histogram,
    Untyped,

    /// <summary>Kept in the sample for the verdict, not exported.</summary>
    Hidden,
}
