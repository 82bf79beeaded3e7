namespace TcpAgent.Sources;

/// <summary>The addresses with the most entries.</summary>
/// <param name="named">The largest first.</param>
/// <param name="othersAtMost">In 19 of 20 cases an address that is not named has at most this many entries.</param>
sealed class TrackedRanking(TrackedGroup[] named, long othersAtMost)
{
    internal TrackedGroup[] Named => named;

    internal long OthersAtMost => othersAtMost;
}
