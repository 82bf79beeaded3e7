namespace TcpAgent.Sources;

/// <summary>One moment of sampling.</summary>
/// <param name="Number">Counts from 0.</param>
/// <param name="Timestamp">Monotonic, by the sampler's TimeProvider.</param>
/// <param name="IsSlow">Whether the slow lane is read too.</param>
readonly record struct Tick(long Number, long Timestamp, bool IsSlow);
