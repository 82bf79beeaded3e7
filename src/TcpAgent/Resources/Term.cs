using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>One counter of a tally.</summary>
/// <param name="Counter">A counter of a plain table or of one with instances; null where its source is switched off.</param>
/// <param name="Sign">1 to add, -1 to subtract.</param>
/// <param name="Counts">Whether it counts on this kernel; null means always.</param>
readonly record struct Term(SlotRef? Counter, int Sign = 1, Func<bool>? Counts = null);
