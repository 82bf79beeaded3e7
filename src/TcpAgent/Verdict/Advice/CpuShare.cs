using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Whether one CPU does most of this host's receiving while others could help.</summary>
static class CpuShare
{
    /// <summary>All packets of a quiet host may come to one CPU, and nothing is wrong with that.</summary>
    const long Few = 10_000;

    /// <summary>
    /// Says so where one CPU's share is more than halfway from an equal share to all of it: above 75 % on two CPUs, above 56 % on eight.
    /// Null elsewhere.
    /// </summary>
    internal static string? Uneven(SampleView view)
    {
        var (cpus, all, most, name) = (0L, 0L, 0L, "");
        foreach (var (cpu, packets) in view.Instances(Softnet.RecentPackets))
        {
            cpus++;
            all += packets;
            if (packets > most)
                (most, name) = (packets, cpu.Subject);
        }
        if (all < Few || most * 2 * cpus <= all * (cpus + 1))
            return null;
        return $"The load is uneven: {name} handled {most * 100 / all} % of the packets that arrived lately (softnet_stat), and the other "
            + (cpus == 2 ? "CPU the rest." : $"{cpus - 1} CPUs the rest.");
    }

    /// <summary>
    /// How to use more queues on the first card that has some left: "ethtool -L eth0 combined 8 (now 1)"; null without one.
    /// </summary>
    internal static string? MoreQueues(SampleView view)
    {
        foreach (var (card, queues) in view.Instances(NicRows.CombinedChannels))
            if (view[NicRows.CombinedChannelsLimit, card] is { } most && queues < most)
                return $"ethtool -L {Shell.Word(card.Subject)} combined {most} (now {queues})";
        return null;
    }
}
