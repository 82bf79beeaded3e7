namespace TcpAgent.Metrics;

/// <summary>Another name for a value, or for the sum of several of one table. It is exported beside the metric itself.</summary>
/// <param name="Row">The name, type, HELP, scale and constant labels. It is a row of no table.</param>
/// <param name="Terms">Where the value is. Those that are absent do not count; without any the alias is absent too.</param>
sealed record Alias(Row Row, params Row[] Terms);
