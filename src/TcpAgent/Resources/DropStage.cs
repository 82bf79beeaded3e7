using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>One place on the packet path where packets are dropped.</summary>
/// <param name="Stage">Label and name in every report.</param>
/// <param name="IsHarmful">A packet that somebody wanted was lost. Not so for noise, and not where the kernel does not tell.</param>
/// <param name="Meaning">What is dropped here and why, for people.</param>
/// <param name="Tally">The kernel counters.</param>
sealed record DropStage(string Stage, bool IsHarmful, string Meaning, Func<Wiring, Tally> Tally)
{
    internal Instance Instance { get; } = new(Stage, ("stage", Stage));
}
