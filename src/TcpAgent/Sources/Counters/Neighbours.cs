using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// The neighbour (ARP and ND) tables and the IPv6 destination cache of this network namespace. All namespaces of the host share the
/// neighbour tables, and only the initial one shows them.
/// </summary>
sealed class Neighbours : Source, IFieldMap
{
    const string Arp = "arp_cache", Nd = "ndisc_cache", Routes = "rt6_stats";

    // net/core/neighbour.c, neigh_stat_seq_show; entries is a value of the table, the rest are sums over CPUs
    internal static readonly Rows Rows = new();

    internal static readonly (Row Entries, Row TableFulls, Row UnresolvedDiscards) V4 = Family(Arp, "ipv4"), V6 = Family(Nd, "ipv6");

    // net/ipv6/route.c, rt6_stats_seq_show: words without names; this is the sixth
    internal static readonly Row RouteEntries = Rows.Section(Routes).Gauge(
        "dst_entries", "tcpagent_ipv6_route_entries", "Entries of the IPv6 destination cache, which net.ipv6.route.max_size bounds. Since Linux 4.17 it holds only cached routes (path MTU, redirects), so 0 is usual however many routes there are. Older kernels include the routes of the routing tables.");

    const int RouteWords = 7, RouteEntriesWord = 5;

    readonly ProcFile _arp;
    readonly ProcFile _nd;
    readonly ProcFile _routes;
    readonly StatTableParser _arpParser;
    readonly StatTableParser _ndParser;
    readonly Table _table;

    /// <summary>Status of the last read of the tables. Missing tables are looked for on the slow lane only.</summary>
    ReadStatus _tables;

    internal Neighbours(KernelRoot root)
        : base("neighbours", Rows)
    {
        _table = this[Rows];
        (_arp, _nd, _routes) = (
            root.Proc($"net/stat/{Arp}"), root.Proc($"net/stat/{Nd}"), root.Proc($"net/{Routes}", ProcFile.ValueCapacity));
        static bool IsEntries(int slot) => slot == V4.Entries.Slot || slot == V6.Entries.Slot;
        _arpParser = new StatTableParser(this, IsEntries, Arp);
        _ndParser = new StatTableParser(this, IsEntries, Nd);
    }

    internal override long Unknown => _arpParser.Unknown + _ndParser.Unknown;

    public int SlotOf(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field) => Rows.Find(section, field)?.Slot ?? -1;

    internal override ReadStatus Read(in Tick tick)
    {
        Withdraw();
        if (tick.IsSlow || _tables.Outcome != Outcome.Absent)
            _tables = Read(_arp, _arpParser).With(Read(_nd, _ndParser));
        return _tables.With(ReadRoutes());
    }

    ReadStatus Read(ProcFile file, StatTableParser parser)
    {
        var errno = file.Read(out var text);
        if (errno != 0)
            return ReadStatus.Optional(file.Path, errno);
        return Account(file.Path, parser.Parse(text, _table[0].Values));
    }

    ReadStatus ReadRoutes()
    {
        var errno = _routes.Read(out var text);
        if (errno != 0)
            return ReadStatus.Optional(_routes.Path, errno);
        var cursor = new Cursor(text);
        if (cursor.TryReadLine(out var line) && TryReadEntries(line, out var entries))
        {
            _table[RouteEntries] = entries;
            return ReadStatus.Ok;
        }
        Malformed++;
        return ReadStatus.Malformed(_routes.Path, 1);
    }

    /// <summary>Accepts only a line with the known number of words: nothing else identifies the sixth.</summary>
    static bool TryReadEntries(Cursor line, out long entries)
    {
        entries = 0;
        for (var i = 0; i < RouteWords; i++)
        {
            if (!line.TryReadField(out var field))
                return false;
            if (i != RouteEntriesWord)
                continue;

            // The kernel prints an int as a u32: a value above 2^31 is negative.
            if (!Cursor.TryParseHex(field, out var word) || word > int.MaxValue)
                return false;
            entries = (long)word;
        }
        return !line.TryReadField(out _);
    }

    static (Row Entries, Row TableFulls, Row UnresolvedDiscards) Family(string file, string family)
    {
        var (fields, label) = (Rows.Section(file), $"family=\"{family}\"");
        return (
            fields.Gauge("entries", "tcpagent_neighbour_entries", "Neighbours in the host's table; at gc_thresh3 no more can be added.", labels: label),
            fields.Counter("table_fulls", "tcpagent_neighbour_table_fulls_total", "Times no entry could be made because the table was full: the packet was dropped.", labels: label),
            fields.Counter("unresolved_discards", "tcpagent_neighbour_unresolved_discards_total", "Packets dropped because too many waited for the same neighbour's answer.", labels: label));
    }

    internal override void Reopen()
    {
        _arp.Close();
        _nd.Close();
        _routes.Close();
    }
}
