using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Sources;
using static TcpAgent.Fuzz.FuzzTargets;

namespace TcpAgent.Fuzz;

/// <summary>The kernel's log. The input is its records at one moment, and then those at others.</summary>
static class KernelLogTargets
{
    /// <summary>What the text of each event has in it, in the order of the rows.</summary>
    static readonly string[] s_words =
    [
        "Possible SYN flooding on port ", "table full", "out of memory -- consider tuning tcp_mem", "too many orphaned sockets",
        "time wait bucket table overflow", "arp_cache: neighbor table overflow!", "ndisc_cache: neighbor table overflow!",
        "Route cache is full: ", " entered promiscuous mode", " callbacks suppressed",
    ];

    internal static void Records(byte[] input)
    {
        var log = new FakeKernelLog();
        using var source = new KernelEvents(log, new StillTime());
        var most = new long[s_words.Length];
        foreach (var moment in Split(input, Folder.TickSeparator))
        {
            foreach (var record in Split(moment, Folder.FileSeparator))
            {
                log.Write(record);
                Add(most, Encoding.Latin1.GetString(record));
            }
            var malformed = source.Malformed;
            SourceCheck.Check(source, source.Read(SourceCheck.FirstTick), malformed);
        }
        var counts = source[KernelEventRows.Events][0].Values;
        for (var i = 0; i < counts.Length; i++)
            Hold(counts[i] <= most[i], $"{counts[i]} times {KernelEventRows.Names[i]}, but at most {most[i]} in the text");
        var port = source[KernelEventRows.Log][KernelEventRows.FloodedPort];
        Hold(port is KernelValue.Absent or (> 0 and <= ushort.MaxValue), $"port {port}");
        Hold((port == KernelValue.Absent) == (counts[0] == 0), $"port {port} of {counts[0]} lines");
    }

    /// <summary>Adds the records of the kernel's own facility that have the words. The last event names its number itself.</summary>
    static void Add(long[] most, string record)
    {
        var comma = record.IndexOf(',', StringComparison.Ordinal);
        if (comma < 1 || record[comma - 1] is < '0' or > '7' || record[..(comma - 1)].Trim('0', '-').Length > 0)
            return;
        for (var i = 0; i < most.Length; i++)
            if (record.Contains(s_words[i], StringComparison.Ordinal))
                most[i] += i == most.Length - 1 ? int.MaxValue : 1;
    }
}
