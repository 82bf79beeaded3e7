namespace TcpAgent.Sources;

/// <summary>The connection tracking table: its size, and what is in it as far as a sample tells.</summary>
/// <param name="sample">What was read of it.</param>
sealed class TrackedTable(TrackedSample sample)
{
    /// <summary>The quantile of the normal distribution for 19 of 20 cases.</summary>
    const double Quantile = 1.96;

    /// <summary>Most addresses to name.</summary>
    const int MostNamed = 10;

    /// <summary>An address that was read fewer times may be among the largest by chance.</summary>
    const int FewestRead = 10;

    internal TrackedSample Sample => sample;

    /// <summary>
    /// Entries by the kernel's own count, before the sample was taken. It includes entries that have timed out but are not yet removed,
    /// which the kernel does not list.
    /// </summary>
    internal required long EntriesBefore { get; set; }

    /// <summary>The same after it.</summary>
    internal required long Entries { get; set; }

    /// <summary>The addresses that opened the most entries.</summary>
    internal TrackedRanking Sources => Rank(sample.LargestSources(MostNamed + 1));

    /// <summary>The addresses and ports that were asked for most, before NAT.</summary>
    internal TrackedRanking Destinations => Rank(sample.LargestDestinations(MostNamed + 1));

    /// <summary>
    /// How many entries of the table are like these of the sample. The bounds are Wilson's score interval, which holds for small shares
    /// too, with the correction for a finite table: what was read has no error. What came and went meanwhile widens them.
    /// </summary>
    internal TrackedEstimate Of(int entries)
    {
        long read = sample.All.Entries;
        if (sample.IsComplete)
            return new TrackedEstimate(entries, entries, entries);
        var fewest = Math.Max(Math.Min(EntriesBefore, Entries), read);
        var most = Math.Max(Math.Max(EntriesBefore, Entries), read + 1);
        var effective = read * (most - 1.0) / (most - read);
        var share = (double)entries / read;
        var square = Quantile * Quantile / effective;
        var centre = (share + (square / 2)) / (1 + square);
        var half = Quantile / (1 + square) * Math.Sqrt(((share * (1 - share)) + (square / 4)) / effective);
        var low = Math.Max(entries, (long)Math.Floor(fewest * (centre - half)));
        var high = Math.Min(most - read + entries, (long)Math.Ceiling(most * (centre + half)));
        return new TrackedEstimate(Math.Clamp((long)Math.Round(share * (fewest + most) / 2), low, high), low, high);
    }

    TrackedRanking Rank(TrackedGroup[] largest)
    {
        var named = 0;
        while (named < Math.Min(largest.Length, MostNamed) && (sample.IsComplete || largest[named].Entries >= FewestRead))
            named++;
        return new TrackedRanking(largest[..named], Of(named < largest.Length ? largest[named].Entries : 0).High);
    }
}
