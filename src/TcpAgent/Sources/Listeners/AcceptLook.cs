using TcpAgent.Kernel;

namespace TcpAgent.Sources;

/// <summary>What one look found of connections that wait to be accepted.</summary>
/// <param name="Count">How many were seen.</param>
/// <param name="Oldest">Milliseconds that the oldest has waited.</param>
/// <param name="Youngest">Milliseconds that the youngest has waited.</param>
/// <param name="Late">
/// Those that have waited longer than <see cref="AcceptDelay.Late"/> and whose client is still there, or was a moment ago.
/// </param>
/// <param name="Stuck">Of these the ones that have waited longer than <see cref="AcceptDelay.Stuck"/>.</param>
readonly record struct AcceptLook(int Count, long Oldest, long Youngest, int Late, int Stuck)
{
    /// <summary>One connection more.</summary>
    /// <param name="waited">Milliseconds.</param>
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
