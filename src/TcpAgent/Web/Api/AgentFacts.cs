namespace TcpAgent.Web;

/// <summary>What the agent knows about itself from its start on.</summary>
/// <param name="Version">The version.</param>
/// <param name="Revision">The revision that it was built from.</param>
/// <param name="Started">When it started.</param>
/// <param name="Flags">The flags in force: name, value, and where the value comes from.</param>
/// <param name="Log">Reads the last log lines.</param>
sealed record AgentFacts(
    string Version, string Revision, DateTimeOffset Started, IReadOnlyList<(string Name, string Value, string Origin)> Flags,
    Func<string[]> Log);
