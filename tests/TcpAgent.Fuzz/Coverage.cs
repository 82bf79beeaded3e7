namespace TcpAgent.Fuzz;

/// <summary>What the instrumented agent calls at the beginning of each piece of code that runs as a whole.</summary>
public static class Coverage
{
    /// <summary>More than the agent has such pieces.</summary>
    internal const int Capacity = 64 * 1024;

    /// <summary>Pinned: libFuzzer reads and clears it.</summary>
    internal static readonly byte[] Counters = GC.AllocateArray<byte>(Capacity, pinned: true);

    public static void Hit(int piece) => Counters[piece]++;
}
