using System.Diagnostics;

namespace TcpAgent.Fuzz;

/// <summary>
/// The parsers by name, each with what must hold for any input. make fuzz mutates inputs for them, and the unit tests replay the corpus.
/// Whatever the input, there is no exception and a bound on time and memory.
/// </summary>
static class FuzzTargets
{
    /// <summary>Far above what any input and its checks need, and below what an endless loop takes.</summary>
    static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    const long MostAllocated = 64 * 1024 * 1024;

    static readonly Dictionary<string, Action<byte[]>> s_targets = new()
    {
        ["accept"] = WebTargets.Accept,
        ["authorization"] = WebTargets.Authorization,
        ["webconfig"] = WebTargets.Config,
        ["cgroups"] = CgroupTargets.Lines,
        ["duration"] = HistoryTargets.Duration,
        ["history"] = HistoryTargets.File,
        ["history-query"] = HistoryTargets.Query,
        ["kernel-log"] = KernelLogTargets.Records,
        ["lists"] = ProcTargets.Lists,
        ["log"] = LogTargets.Lines,
        ["netlink-connections"] = NetlinkTargets.Connections,
        ["netlink-conntrack"] = NetlinkTargets.Conntrack,
        ["netlink-links"] = NetlinkTargets.Links,
        ["netlink-listeners"] = NetlinkTargets.Listeners,
        ["netlink-ports"] = NetlinkTargets.Ports,
        ["netlink-qdiscs"] = NetlinkTargets.Qdiscs,
        ["netlink-round-trips"] = NetlinkTargets.RoundTrips,
        ["netlink-sockets"] = NetlinkTargets.Sockets,
        ["netlink-udp"] = NetlinkTargets.Udp,
        ["netlink-unix"] = NetlinkTargets.Unix,
        ["nics"] = NicTargets.Nics,
        ["proc-sockets"] = ProcTargets.Sockets,
        ["processes"] = ProcessTargets.Processes,
    };

    static FuzzTargets()
    {
        foreach (var name in ProcTargets.Sources.Keys)
            s_targets[$"proc-{name}"] = input => ProcTargets.Source(name, input);
    }

    internal static IEnumerable<string> Names => s_targets.Keys.Order(StringComparer.Ordinal);

    internal static void Run(string name, byte[] input)
    {
        var (clock, allocated) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
        s_targets[name](input);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Hold(clock.Elapsed < s_longest, $"{clock.Elapsed} for {input.Length} bytes");
        Hold(allocated < MostAllocated, $"{allocated} bytes allocated for {input.Length}");
    }

    internal static void Hold(bool condition, string message)
    {
        if (!condition)
            throw new InvalidOperationException(message);
    }

    /// <summary>The input cut at each of the bytes; none gives one part.</summary>
    internal static List<byte[]> Split(byte[] input, byte at)
    {
        var parts = new List<byte[]>();
        foreach (var range in input.AsSpan().Split(at))
            parts.Add(input[range]);
        return parts;
    }
}
