using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using static TcpAgent.Metrics.Metric;

namespace TcpAgent.Sources;

/// <summary>/proc/net/softnet_stat: what each CPU's receive softirq did. Global, whatever the network namespace.</summary>
sealed class Softnet : Source
{
    // net/core/net-procfs.c, softnet_seq_show
    internal static readonly Metric[] Rows =
    [
        Counter("", "processed", "tcpagent_softnet_processed_total", "Packets this CPU's receive softirq handled.", origin: "softnet_stat column 1"),
        Counter("", "dropped", "tcpagent_softnet_dropped_total", "Packets dropped because this CPU's backlog was full; the limit is net.core.netdev_max_backlog.", origin: "softnet_stat column 2"),
        Counter("", "time_squeeze", "tcpagent_softnet_times_squeezed_total", "Times the softirq stopped with packets left because its budget or time was used up. A hint only: by itself nothing is lost.", origin: "softnet_stat column 3"),
        Counter("", "received_rps", "tcpagent_softnet_received_rps_total", "Times this CPU was woken by another to take packets (receive packet steering).", origin: "softnet_stat column 10"),
        Counter("", "flow_limit", "tcpagent_softnet_flow_limit_total", "Packets of large flows dropped early because the backlog was half full and flow limit is on.", origin: "softnet_stat column 11"),
        Gauge("", "backlog", "tcpagent_softnet_backlog_packets", "Packets waiting in this CPU's backlog now; the limit is net.core.netdev_max_backlog.", origin: "softnet_stat column 12"),
    ];

    /// <summary>NR_CPUS of the largest distribution kernels.</summary>
    const int MaxCpus = 8192;

    readonly ProcFile _file;
    readonly ProcFile _online;
    readonly Table _table;
    readonly CounterWidener _widener = new();
    readonly int[] _ids = new int[MaxCpus];
    readonly bool[] _seen = new bool[MaxCpus];
    readonly List<byte[]?> _keys = [];

    /// <summary>The instances are those of the last text, all of which was good, and of it alone.</summary>
    bool _isWhole;

    internal Softnet(KernelRoot root)
        : base("softnet", new Table(Rows, "cpu"))
    {
        _file = root.Proc("net/softnet_stat");
        _online = root.Sys("devices/system/cpu/online");
        _table = Tables[0];
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
            if (line.Cpu == SoftnetLine.Absent)
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
        var slots = _table.Add(Key(cpu));
        var cell = cpu * Rows.Length;
        slots[0] = Widen(cell, line.Processed);
        slots[1] = Widen(cell + 1, line.Dropped);
        slots[2] = Widen(cell + 2, line.TimesSqueezed);
        slots[3] = Widen(cell + 3, line.ReceivedRps);
        slots[4] = Widen(cell + 4, line.FlowLimit);
        slots[5] = line.Backlog;
    }

    long Widen(int cell, long value) => value == Absent ? Absent : _widener.Widen(cell, (ulong)value);

    byte[] Key(int cpu) => cpu < _keys.Count && _keys[cpu] is { } key ? key : MakeKey(cpu);

    [MethodImpl(MethodImplOptions.NoInlining)]
    byte[] MakeKey(int cpu)
    {
        while (_keys.Count <= cpu)
            _keys.Add(null);
        return _keys[cpu] = Label.Render("cpu", cpu.ToString());
    }

    internal override void Reopen()
    {
        _file.Close();
        _online.Close();
    }
}
