using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>The connections that wait to be accepted, from one scan.</summary>
/// <param name="Count">Number of connections seen.</param>
/// <param name="Oldest">Milliseconds that the oldest has waited.</param>
/// <param name="Youngest">Milliseconds that the youngest has waited.</param>
/// <param name="Late">
/// Connections that have waited longer than <see cref="AcceptDelay.Late"/> and whose client is still there, or was a moment ago.
/// </param>
/// <param name="Stuck">Late connections that have waited longer than <see cref="AcceptDelay.Stuck"/>.</param>
readonly record struct AcceptLook(int Count, long Oldest, long Youngest, int Late, int Stuck)
{
    /// <summary>Adds one connection.</summary>
    /// <param name="waited">Milliseconds that it has waited.</param>
    /// <param name="left">Milliseconds since its client left; absent while it is there.</param>
    internal AcceptLook With(long waited, long left)
    {
        var isLate = waited >= AcceptDelay.Late && (left == KernelValue.Absent || left <= AcceptDelay.Moment);
        return And(new AcceptLook(1, waited, waited, isLate ? 1 : 0, isLate && waited >= AcceptDelay.Stuck ? 1 : 0));
    }

    internal AcceptLook And(in AcceptLook other) => Count == 0 ? other : other.Count == 0 ? this
        : new AcceptLook(
            Count + other.Count, Math.Max(Oldest, other.Oldest), Math.Min(Youngest, other.Youngest), Late + other.Late,
            Stuck + other.Stuck);
}
