using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>One place on the packet path where packets are dropped.</summary>
/// <param name="Stage">Label and name in every report.</param>
/// <param name="IsHarmful">
/// A packet that somebody wanted was lost. Not so for noise, for rules, and not where the kernel does not tell.
/// </param>
/// <param name="Meaning">What is dropped here and why, for people.</param>
/// <param name="Tally">The kernel counters.</param>
sealed record DropStage(string Stage, bool IsHarmful, string Meaning, Func<Wiring, IPacketCount> Tally)
{
    internal Instance Instance { get; } = new(Stage, ("stage", Stage));

    /// <summary>All packets that come to this stage, where a finding needs their share.</summary>
    internal Func<Wiring, IPacketCount>? Passed { get; init; }
}
