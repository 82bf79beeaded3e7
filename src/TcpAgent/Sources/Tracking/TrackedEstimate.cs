namespace TcpAgent.Sources;

/// <summary>How many entries of the table there are, estimated from a sample.</summary>
/// <param name="entries">The most likely number.</param>
/// <param name="low">In 19 of 20 cases there are at least this many.</param>
/// <param name="high">And at most this many. All three are the same where the whole table was read.</param>
readonly struct TrackedEstimate(long entries, long low, long high)
{
    internal long Entries => entries;

    internal long Low => low;

    internal long High => high;

    /// <summary>The larger distance of a bound; 0 where the number is exact.</summary>
    internal long Error => Math.Max(high - entries, entries - low);
}
