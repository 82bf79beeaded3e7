namespace TcpAgent.Resources;

/// <summary>Where a limit applies.</summary>
enum Scope
{
    /// <summary>The network namespace that the agent is in.</summary>
    Namespace,
    Host,
}
