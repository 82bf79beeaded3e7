using TcpAgent.Kernel;
using TcpAgent.Metrics;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>
/// The connection tracking table of this network namespace: its size from sysctls, its counters from /proc/net/stat. Either may be missing
/// while the other works; both are missing while the module is not loaded. Its limits are sysctls, which are read on the slow lane and
/// whenever something was lost.
/// </summary>
sealed class Conntrack : Source, IFieldMap
{

    // net/netfilter/nf_conntrack_standalone.c
    internal static readonly Rows Rows = new();

    internal static readonly Row Entries = Rows.Gauge(
        "tcpagent_conntrack_entries", "Connections in the tracking table of this network namespace. At the limit the kernel drops new connections.", field: "nf_conntrack_count");

    internal static readonly Row Limit = Rows.Gauge(
        "tcpagent_conntrack_entries_limit", "Maximum number of entries. One sysctl for the host, compared with each namespace's own count.", field: "nf_conntrack_max");

    internal static readonly Row Buckets = Rows.Gauge(
        "tcpagent_conntrack_buckets", "Hash buckets of the table. Far fewer than entries means long chains and slow lookups.", field: "nf_conntrack_buckets");

    internal static readonly Row Drops = Rows.Counter(
        "tcpagent_conntrack_drops_total", "Packets dropped because no entry could be made for them: the table was full, memory was short, or an insert failed.", from: "nf_conntrack.drop", field: "drop");

    internal static readonly Row EarlyDrops = Rows.Counter(
        "tcpagent_conntrack_early_drops_total", "Entries not yet assured that were evicted to make room in a full table. Rises before or together with drops.", from: "nf_conntrack.early_drop", field: "early_drop");

    internal static readonly Row InsertFailures = Rows.Counter(
        "tcpagent_conntrack_insert_failures_total", "Entries that could not be inserted, most often two packets of one flow or a NAT port clash racing for the same tuple.", from: "nf_conntrack.insert_failed", field: "insert_failed");

    internal static readonly Row Invalid = Rows.Counter(
        "tcpagent_conntrack_invalid_total", "Packets that could not be tracked: out of window, bad checksum, or not part of a known connection. They are dropped only if a rule says so.", from: "nf_conntrack.invalid", field: "invalid");

    internal static readonly Row Found = Rows.Counter(
        "tcpagent_conntrack_found_total", "Lookups that found an entry, where the kernel still counts them.", from: "nf_conntrack.found", field: "found");

    internal static readonly Row SearchRestarts = Rows.Counter(
        "tcpagent_conntrack_search_restarts_total", "Lookups begun again because the table was resized or an entry moved meanwhile.", from: "nf_conntrack.search_restart", field: "search_restart");

    internal static readonly Row ClashResolutions = Rows.Counter(
        "tcpagent_conntrack_clash_resolutions_total", "Insert clashes that were resolved without loss. Absent on older kernels, which print another counter in this column.", from: "nf_conntrack.clashres", field: "clashres");

    internal static readonly Row ChainTooLong = Rows.Counter(
        "tcpagent_conntrack_chain_too_long_total", "Packets dropped because their hash chain was too long: too few buckets, or an attack on the hash.", from: "nf_conntrack.chainlength", field: "chainlength");

    internal static readonly Row Ignored = Rows.Hidden("tcpagent_conntrack_ignored", "Packets of connections that are not to be tracked.", field: "ignore");

    internal static readonly Row Inserted = Rows.Hidden("tcpagent_conntrack_inserted", "Entries inserted, where the kernel still counts them.", field: "insert");

    readonly ProcFile _count;
    readonly ProcFile _limitFile;
    readonly ProcFile _bucketsFile;
    readonly ProcFile _stat;
    readonly StatTableParser _parser;
    readonly Table _table;

    readonly SlotRef _drops;
    readonly SlotRef _earlyDrops;
    long _limit = Absent;
    long _buckets = Absent;
    ReadStatus _limitStatus;
    ReadStatus _status;

    internal Conntrack(KernelRoot root)
        : base("conntrack", Rows)
    {
        _count = root.Proc("sys/net/netfilter/nf_conntrack_count", ProcFile.ValueCapacity);
        _limitFile = root.Proc("sys/net/netfilter/nf_conntrack_max", ProcFile.ValueCapacity);
        _bucketsFile = root.Proc("sys/net/netfilter/nf_conntrack_buckets", ProcFile.ValueCapacity);
        _stat = root.Proc("net/stat/nf_conntrack");
        _table = this[Rows];
        _parser = new StatTableParser(this, static slot => slot == Entries.Slot);
        (_drops, _earlyDrops) = (new SlotRef(_table, Drops), new SlotRef(_table, EarlyDrops));
    }

    internal override long Unknown => _parser.Unknown;

    public int SlotOf(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field) =>
        field.SequenceEqual("entries"u8) ? Entries.Slot : Rows.Find(section, field)?.Slot ?? -1;

    internal override ReadStatus Read(in Tick tick)
    {
        // A missing table is looked for on the slow lane only.
        if (!tick.IsSlow && _status.Outcome == Outcome.Absent)
            return _status;

        // The entry count of the statistics replaces a missing sysctl, so the statistics are read first.
        Withdraw();
        var statistics = ReadStatistics();
        var status = statistics.With(ReadValue(_count, ref _table[Entries], isCount: true));
        if (_drops.Rise > 0 || _earlyDrops.Rise > 0 || tick.IsSlow || statistics.Outcome != Outcome.Ok)
        {
            (_limit, _buckets) = (Absent, Absent);
            _limitStatus = ReadValue(_limitFile, ref _limit).With(ReadValue(_bucketsFile, ref _buckets));
        }
        (_table[Limit], _table[Buckets]) = (_limit, _buckets);
        return _status = status.With(_limitStatus);
    }

    ReadStatus ReadStatistics()
    {
        var errno = _stat.Read(out var text);
        if (errno != 0)
            return ReadStatus.Optional(_stat.Path, errno);
        return Account(_stat.Path, _parser.Parse(text, _table[0].Values));
    }

    /// <summary>
    /// Each is an int or a u32 that the kernel prints with %d: a limit above 2^31 shows as negative; a negative count is invalid.
    /// </summary>
    ReadStatus ReadValue(ProcFile file, ref long slot, bool isCount = false)
    {
        var errno = file.Read(out var text);
        if (errno != 0)
            return ReadStatus.Optional(file.Path, errno);
        var cursor = new Cursor(text);
        if (cursor.TryReadSetting(out var line) && line.TryReadInt64(out var value)
            && value >= (isCount ? 0 : int.MinValue) && value <= uint.MaxValue)
        {
            slot = unchecked((uint)value);
            return ReadStatus.Ok;
        }
        Malformed++;
        return ReadStatus.Malformed(file.Path, 1);
    }

    internal override void Reopen()
    {
        _count.Close();
        _limitFile.Close();
        _bucketsFile.Close();
        _stat.Close();
    }
}
