namespace TcpAgent.Sources;

/// <summary>How often a source is read: at every tick, or every ten seconds and at start.</summary>
enum Lane
{
    Fast,
    Slow,
}
