namespace TcpAgent.History;

/// <summary>The verdict as it was explained at the time, which advice of today could not repeat.</summary>
/// <param name="Time">Milliseconds since the epoch.</param>
/// <param name="Json">The document of `why --json`, with the resources that were explained.</param>
sealed record HistoryReport(long Time, byte[] Json);
