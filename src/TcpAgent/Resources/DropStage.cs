using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>One place on the packet path where packets are dropped.</summary>
/// <param name="Stage">Label and name in every report.</param>
/// <param name="IsHarmful">
/// True if a drop means that a wanted packet was lost. False for noise, for rules, and where the kernel does not say.
/// </param>
/// <param name="Meaning">What is dropped here and why, for people.</param>
/// <param name="Tally">The kernel counters.</param>
sealed record DropStage(string Stage, bool IsHarmful, string Meaning, Func<Wiring, IPacketCount> Tally)
{
    internal Instance Instance { get; } = new(Stage, ("stage", Stage));

    /// <summary>All packets that reach this stage, where a finding needs the share.</summary>
    internal Func<Wiring, IPacketCount>? Passed { get; init; }
}
