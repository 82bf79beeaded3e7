using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>/proc/net/softnet_stat: what each CPU's receive softirq did. Global, whatever the network namespace.</summary>
sealed class Softnet : Source
{
    // net/core/net-procfs.c, softnet_seq_show
    internal static readonly Rows Rows = new("cpu");

    internal static readonly Row Processed = Rows.Counter(
        "tcpagent_softnet_processed_total", "Packets this CPU's receive softirq handled.", from: "softnet_stat column 1", field: "processed");

    internal static readonly Row Dropped = Rows.Counter(
        "tcpagent_softnet_dropped_total", "Packets dropped because this CPU's backlog was full; the limit is net.core.netdev_max_backlog.", from: "softnet_stat column 2", field: "dropped");

    internal static readonly Row TimesSqueezed = Rows.Counter(
        "tcpagent_softnet_times_squeezed_total", "Times the softirq stopped with packets left because its budget or time was used up. A hint only: by itself nothing is lost.", from: "softnet_stat column 3", field: "time_squeeze");

    internal static readonly Row ReceivedRps = Rows.Counter(
        "tcpagent_softnet_received_rps_total", "Times this CPU was woken by another to take packets (receive packet steering).", from: "softnet_stat column 10", field: "received_rps");

    internal static readonly Row FlowLimit = Rows.Counter(
        "tcpagent_softnet_flow_limit_total", "Packets of large flows dropped early because the backlog was half full and flow limit is on.", from: "softnet_stat column 11", field: "flow_limit");

    internal static readonly Row Backlog = Rows.Gauge(
        "tcpagent_softnet_backlog_packets", "Packets waiting in this CPU's backlog now; the limit is net.core.netdev_max_backlog.", from: "softnet_stat column 12", field: "backlog");

    /// <summary>NR_CPUS of the largest distribution kernels.</summary>
    const int MaxCpus = 8192;

    readonly ProcFile _file;
    readonly ProcFile _online;
    readonly Table _table;
    readonly CounterWidener _widener = new();
    readonly int[] _ids = new int[MaxCpus];
    readonly bool[] _seen = new bool[MaxCpus];
    readonly List<CpuInstance?> _cpus = [];

    /// <summary>The instances are those of the last text, all of which was good, and of it alone.</summary>
    bool _isWhole;

    internal Softnet(KernelRoot root)
        : base("softnet", Rows)
    {
        _file = root.Proc("net/softnet_stat");
        _online = root.Sys("devices/system/cpu/online");
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

        // A torn file may name a CPU twice; two series of one name would spoil the whole exposition.
        _seen.AsSpan().Clear();
        var reader = new SoftnetReader(text);
        var online = -1;
        while (reader.TryRead(out var line))
        {
            // Without the CPU's id in the line only online CPUs are listed, in the order of the online map.
            if (line.Cpu == KernelValue.Absent)
            {
                if (online < 0)
                    online = ReadOnline(text);
                if (online == 0)
                    return Drop(reader.Line);
                line.Cpu = _ids[reader.Line - 1];
            }
            if (line.Cpu is >= 0 and < MaxCpus && !_seen[(int)line.Cpu])
                Store((int)line.Cpu, line);
        }
        _isWhole = reader.Result.Dropped == 0 && online < 0;
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

    /// <summary>Ids of the online CPUs into _ids; 0 when their number is not the number of lines (a CPU came or went).</summary>
    int ReadOnline(ReadOnlySpan<byte> text)
    {
        var lines = text.Count((byte)'\n');
        if (_online.Read(out var list) == 0)
            return CpuList.Parse(list, _ids) == lines ? lines : 0;

        // No sysfs to ask: all CPUs online is the only order that can be assumed.
        if (lines > MaxCpus)
            return 0;
        for (var i = 0; i < lines; i++)
            _ids[i] = i;
        return lines;
    }

    ReadStatus Drop(int line)
    {
        Withdraw();
        Malformed++;
        return new ReadStatus(Outcome.Failed, _file.Path, 0, line);
    }

    void Store(int cpu, in SoftnetLine line)
    {
        _seen[cpu] = true;
        var slots = _table.Add(InstanceOf(cpu));
        slots[Processed] = Widen(cpu, Processed, line.Processed);
        slots[Dropped] = Widen(cpu, Dropped, line.Dropped);
        slots[TimesSqueezed] = Widen(cpu, TimesSqueezed, line.TimesSqueezed);
        slots[ReceivedRps] = Widen(cpu, ReceivedRps, line.ReceivedRps);
        slots[FlowLimit] = Widen(cpu, FlowLimit, line.FlowLimit);
        slots[Backlog] = line.Backlog;
    }

    long Widen(int cpu, Row row, long value) => value == Absent ? Absent : _widener.Widen((cpu * Rows.Count) + row.Slot, (ulong)value);

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
        _online.Close();
    }
}
