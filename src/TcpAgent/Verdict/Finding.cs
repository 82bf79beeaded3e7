namespace TcpAgent.Verdict;

/// <summary>A setting or a pile of sockets that will hurt, though it limits nothing now.</summary>
/// <param name="Id">Stable name.</param>
/// <param name="Severity">warning, or info.</param>
/// <param name="Text">The value read, and why it matters.</param>
readonly record struct Finding(string Id, string Severity, string Text);
