using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>/proc/net/softnet_stat: what each CPU's receive softirq did. It is the same in every network namespace.</summary>
sealed class Softnet : Source
{
    // net/core/net-procfs.c, softnet_seq_show
    internal static readonly Rows Rows = new("cpu");

    internal static readonly Row Processed = Rows.Counter(
        "tcpagent_softnet_processed_total", "Packets this CPU's receive softirq handled.", from: "softnet_stat column 1", field: "processed");

    internal static readonly Row Dropped = Rows.Counter(
        "tcpagent_softnet_dropped_total", "Packets dropped because this CPU's backlog was full; the limit is net.core.netdev_max_backlog.", from: "softnet_stat column 2", field: "dropped");

    internal static readonly Row TimesSqueezed = Rows.Counter(
        "tcpagent_softnet_times_squeezed_total", "Times the softirq stopped with packets left because its budget or time was used up. Only a hint: a squeeze alone loses nothing.", from: "softnet_stat column 3", field: "time_squeeze");

    internal static readonly Row ReceivedRps = Rows.Counter(
        "tcpagent_softnet_received_rps_total", "Times another CPU woke this one to take packets (receive packet steering).", from: "softnet_stat column 10", field: "received_rps");

    internal static readonly Row FlowLimit = Rows.Counter(
        "tcpagent_softnet_flow_limit_total", "Packets of large flows dropped early because the backlog was half full and flow limit is on.", from: "softnet_stat column 11", field: "flow_limit");

    internal static readonly Row Backlog = Rows.Gauge(
        "tcpagent_softnet_backlog_packets", "Packets waiting in this CPU's backlog now; the limit is net.core.netdev_max_backlog.", from: "softnet_stat column 12", field: "backlog");

    internal static readonly Row RecentPackets = Rows.Hidden(
        "tcpagent_softnet_recent_packets", "Packets this CPU's receive softirq handled lately, to compare CPUs with each other.");

    /// <summary>NR_CPUS of the largest distribution kernels.</summary>
    const int MaxCpus = 8192;

    readonly ProcFile _file;

    /// <summary>Lists of CPUs, the best match first: lxcfs may show a container fewer online CPUs than there are lines.</summary>
    readonly ProcFile[] _lists;
    readonly Table _table;
    readonly CounterWidener _widener = new();
    readonly int[] _ids = new int[MaxCpus];
    readonly bool[] _seen = new bool[MaxCpus];
    readonly List<CpuInstance?> _cpus = [];
    readonly FadingCounts _recent = new();

    /// <summary>
    /// The sum of all lines, used while nothing says which CPU each line belongs to. It is valid for one number of lines.
    /// </summary>
    CpuInstance _all = CpuInstance.All();
    CounterWidener _lineWidener = new();
    int _lines;

    /// <summary>The last text was good throughout, and the instances are exactly those of that text.</summary>
    bool _isWhole;

    internal Softnet(KernelRoot root)
        : base("softnet", Rows)
    {
        _file = root.Proc("net/softnet_stat");
        _lists = [root.Sys("devices/system/cpu/online"), root.Sys("devices/system/cpu/present"), root.Sys("devices/system/cpu/possible")];
        _table = this[Rows];
    }

    internal override ReadStatus Read(in Tick tick)
    {
        var errno = _file.Read(out var text, out var isSame);
        if (isSame && _isWhole)
            return ReadStatus.Ok;
        Withdraw();
        if (errno != 0)
            return ReadStatus.Failed(_file.Path, errno);

        // A torn file may name a CPU twice; a duplicate series would invalidate the whole exposition.
        _seen.AsSpan().Clear();
        var reader = new SoftnetReader(text);
        var (hasIds, sum, lines) = ((bool?)null, default(SoftnetLine), 0);
        while (reader.TryRead(out var line))
        {
            // Where the lines carry no CPU id, they list the online CPUs in order.
            if (line.Cpu == Absent)
            {
                if (text.Count((byte)'\n') > MaxCpus)
                    return Drop(reader.Line);
                if (!(hasIds ??= ReadIds(text)))
                {
                    Widen(ref line, _lineWidener, MaxCpus + reader.Line);
                    sum = lines++ == 0 ? line : SoftnetLine.Sum(sum, line);
                    continue;
                }
                line.Cpu = _ids[reader.Line - 1];
            }
            if (line.Cpu is < 0 or >= MaxCpus)
                reader.Drop();
            else if (!_seen[(int)line.Cpu])
                Store((int)line.Cpu, line);
        }
        _isWhole = reader.Result.Dropped == 0 && hasIds is null;

        // A sum over some of the CPUs is a wrong number.
        if (lines > 0 && reader.Result.Dropped == 0)
            Store(_all, SoftnetLine.Sum(sum, default));
        if (reader.Result.Dropped == 0)
            return ReadStatus.Ok;
        Malformed += reader.Result.Dropped;
        return new ReadStatus(_table.Count == 0 ? Outcome.Failed : Outcome.Partial, _file.Path, 0, reader.Result.Line);
    }

    internal override void Withdraw()
    {
        _isWhole = false;
        base.Withdraw();
    }

    /// <summary>
    /// Puts the lines' CPU ids into _ids. False when no list has the same length: a CPU came or went, or the lists belong to another
    /// system. Lines without ids are then exported as one sum, which restarts when their number changes.
    /// </summary>
    bool ReadIds(ReadOnlySpan<byte> text)
    {
        var (lines, isListed) = (text.Count((byte)'\n'), false);
        foreach (var file in _lists)
        {
            if (file.Read(out var list) != 0)
                continue;
            if (CpuList.Parse(list, _ids) == lines)
                return true;
            isListed = true;
        }
        if (isListed)
        {
            if (lines != _lines)
                (_all, _lineWidener, _lines) = (CpuInstance.All(), new CounterWidener(), lines);
            return false;
        }

        // Without sysfs the only possible assumption is that all CPUs are online, in order.
        for (var i = 0; i < lines; i++)
            _ids[i] = i;
        return true;
    }

    ReadStatus Drop(int line)
    {
        Withdraw();
        Malformed++;
        return new ReadStatus(Outcome.Failed, _file.Path, 0, line);
    }

    void Store(int cpu, SoftnetLine line)
    {
        _seen[cpu] = true;
        Widen(ref line, _widener, cpu);
        Store(InstanceOf(cpu), line)[RecentPackets] = _recent.Note(cpu, line.Processed);
    }

    Slots Store(CpuInstance instance, in SoftnetLine line)
    {
        var slots = _table.Add(instance);
        slots[Processed] = line.Processed;
        slots[Dropped] = line.Dropped;
        slots[TimesSqueezed] = line.TimesSqueezed;
        slots[ReceivedRps] = line.ReceivedRps;
        slots[FlowLimit] = line.FlowLimit;
        slots[Backlog] = line.Backlog;
        return slots;
    }

    static void Widen(ref SoftnetLine line, CounterWidener widener, int place)
    {
        long Wide(Row row, long value) => value == Absent ? Absent : widener.Widen((place * Rows.Count) + row.Slot, (ulong)value);
        line.Processed = Wide(Processed, line.Processed);
        line.Dropped = Wide(Dropped, line.Dropped);
        line.TimesSqueezed = Wide(TimesSqueezed, line.TimesSqueezed);
        line.ReceivedRps = Wide(ReceivedRps, line.ReceivedRps);
        line.FlowLimit = Wide(FlowLimit, line.FlowLimit);
    }

    CpuInstance InstanceOf(int cpu) => cpu < _cpus.Count && _cpus[cpu] is { } known ? known : Learn(cpu);

    [MethodImpl(MethodImplOptions.NoInlining)]
    CpuInstance Learn(int cpu)
    {
        while (_cpus.Count <= cpu)
            _cpus.Add(null);
        return _cpus[cpu] = new CpuInstance(cpu);
    }

    internal override void Reopen()
    {
        _file.Close();
        foreach (var list in _lists)
            list.Close();
    }
}
