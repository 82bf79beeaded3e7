using System.Globalization;
using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.Tests.Kernel;

/// <summary>The kernel's files and how each is read, for tests that go over all of them.</summary>
static class Formats
{
    internal const string Snmp = "proc/net/snmp";
    internal const string Netstat = "proc/net/netstat";
    internal const string Snmp6 = "proc/net/snmp6";
    internal const string Sockstat = "proc/net/sockstat";
    internal const string Sockstat6 = "proc/net/sockstat6";
    internal const string Conntrack = "proc/net/stat/nf_conntrack";
    internal const string ArpCache = "proc/net/stat/arp_cache";
    internal const string NdiscCache = "proc/net/stat/ndisc_cache";
    internal const string NfQueue = "proc/net/netfilter/nfnetlink_queue";
    internal const string Softnet = "proc/net/softnet_stat";
    internal const string Dev = "proc/net/dev";
    internal const string Protocols = "proc/net/protocols";

    /// <summary>Files of named values, where a cut can only take values away.</summary>
    internal static readonly string[] Named = [Snmp, Netstat, Snmp6, Sockstat, Sockstat6];

    internal static readonly string[] Tables = [Conntrack, ArpCache, NdiscCache];

    /// <summary>Files with one line for each item, such as a CPU or a device.</summary>
    internal static readonly string[] Lists = [Softnet, Dev, Protocols, NfQueue];

    internal static TextParser Parser(string name, FieldMap map) => name switch
    {
        Snmp or Netstat => new TableParser(map),
        Snmp6 => new NameValueParser(map),
        Sockstat or Sockstat6 => new SockstatParser(map),
        _ => Table(map),
    };

    static StatTableParser Table(FieldMap map)
    {
        var entries = map.SlotOf([], "entries"u8);
        return new StatTableParser(map, slot => slot == entries);
    }

    /// <summary>Every item of a list as text. Writes into the middle of a guarded array and reads no more items than lines.</summary>
    internal static (List<string> Items, ParseResult Result) Read(string name, ReadOnlySpan<byte> text)
    {
        var items = new List<string>();
        var lines = text.Count((byte)'\n');
        switch (name)
        {
            case Softnet:
                var softnet = new SoftnetReader(text);
                while (softnet.TryRead(out var line))
                    Add(items, lines, $"{line.Cpu} {line.Processed} {line.Dropped} {line.TimesSqueezed} {line.ReceivedRps} "
                        + $"{line.FlowLimit} {line.Backlog}");
                return (items, softnet.Result);
            case Dev:
                var guarded = new Guarded(4);
                var dev = new NetDevReader(text, new NetDevPlan("receive bytes", "receive drop", "transmit packets", "transmit drop"));
                while (dev.TryRead(guarded.Slots, out var device))
                    Add(items, lines, $"{Encoding.Latin1.GetString(device)} {string.Join(' ', guarded.Slots.ToArray())}");
                guarded.Check();
                return (items, dev.Result);
            case Protocols:
                var protocols = new ProtocolsReader(text);
                while (protocols.TryRead(out var protocol, out var pressure))
                    Add(items, lines, $"{Encoding.Latin1.GetString(protocol)} {pressure}");
                return (items, protocols.Result);
            default:
                var queues = new NfQueueReader(text);
                while (queues.TryRead(out var queue))
                    Add(items, lines, $"{queue}");
                return (items, queues.Result);
        }
    }

    static void Add(List<string> items, int lines, string item)
    {
        items.Add(item);
        Assert.True(items.Count <= lines, "more items than lines");
    }

    /// <summary>What a statistics table holds, by a second reading of it: sums over rows, "entries" once, null without a value.</summary>
    internal static Dictionary<string, long?> Model(ReadOnlySpan<byte> text)
    {
        var lines = Encoding.ASCII.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var names = lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var sums = names.ToDictionary(name => name, _ => (long?)null);
        foreach (var line in lines[1..])
            foreach (var (name, word) in names.Zip(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            {
                var value = long.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                sums[name] = (name == "entries" ? 0 : sums[name] ?? 0) + value;
            }
        return sums;
    }
}

/// <summary>Slots in the middle of an array whose other cells must not change.</summary>
readonly struct Guarded(int count)
{
    const int Margin = 64;
    const long Canary = 0x0123_4567_89ab_cdef;

    readonly long[] _cells = [.. Enumerable.Repeat(Canary, count + 2 * Margin)];

    internal Span<long> Slots => _cells.AsSpan(Margin, count);

    internal void Clear() => Slots.Fill(KernelValue.Absent);

    internal void Check() =>
        Assert.False(
            _cells.AsSpan(0, Margin).ContainsAnyExcept(Canary) || _cells.AsSpan(Margin + count).ContainsAnyExcept(Canary),
            "a write outside the slots");
}
