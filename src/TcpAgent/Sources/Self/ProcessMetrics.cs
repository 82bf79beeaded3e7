using System.Text;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Processes;
using TcpAgent.Metrics;
using TcpAgent.System;
using static TcpAgent.Kernel.KernelValue;

namespace TcpAgent.Sources;

/// <summary>The agent's own process, under the eight names that all Prometheus client libraries use (proc(5)).</summary>
sealed class ProcessMetrics : Source
{
    internal static readonly Rows Rows = new();

    internal static readonly Row CpuSeconds = Rows.Counter(
        "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", Scale.ClockTicks);

    internal static readonly Row OpenFds = Rows.Gauge("process_open_fds", "Number of open file descriptors, counted once a minute.");

    internal static readonly Row MaxFds = Rows.Gauge("process_max_fds", "Maximum number of open file descriptors.");

    internal static readonly Row VirtualMemory = Rows.Gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.");

    internal static readonly Row VirtualMemoryMax = Rows.Gauge(
        "process_virtual_memory_max_bytes",
        "Maximum amount of virtual memory available in bytes; 9223372036854775807 means no limit.");

    internal static readonly Row ResidentMemory = Rows.Gauge(
        "process_resident_memory_bytes", "Resident memory size in bytes.", Scale.Pages);

    internal static readonly Row StartTime = Rows.Gauge(
        "process_start_time_seconds", "Start time of the process since unix epoch in seconds.", Scale.ClockTicks);

    internal static readonly Row Threads = Rows.Gauge("process_threads", "Number of OS threads in the process.");

    // proc_pid_stat(5), numbered from 1. The command name may contain spaces, so counting begins after its closing parenthesis.
    const int StatState = 3, StatUserTime = 14, StatSystemTime = 15, StatThreads = 20, StatStartTime = 22, StatVirtualSize = 23,
    StatResident = 24;

    /// <summary>USER_HZ, 100 on both architectures the agent is built for.</summary>
    const int TicksPerSecond = 100;

    /// <summary>The descriptors are counted once a minute, because listing them costs as much as the whole slow lane.</summary>
    const int FdPeriod = 6;

    readonly ProcFile _stat;
    readonly ProcFile _limits;
    readonly ProcFile _systemStat;
    readonly byte[] _fdFolder;
    readonly OpenFileCount _fds = new(isListed: true);
    readonly Table _table;
    long _bootTime = Absent;
    int _slowReads;

    internal ProcessMetrics(KernelRoot root)
        : base("process", Rows)
    {
        _stat = root.Proc("self/stat", 1024);
        _limits = root.Proc("self/limits", 4096);
        _systemStat = root.Proc("stat");
        _fdFolder = Encoding.UTF8.GetBytes($"{root.ProcFs}/self/fd\0");
        _table = this[Rows];
    }

    /// <summary>None of these values changes much within a second.</summary>
    internal override bool IsSlow => true;

    internal override ReadStatus Read(in Tick tick)
    {
        var errno = _stat.Read(out var text);
        if (errno != 0)
        {
            Withdraw();
            return ReadStatus.Failed(_stat.Path, errno);
        }
        if (_bootTime == Absent)
            _bootTime = ReadBootTime();
        if (!TryReadStat(text))
        {
            Withdraw();
            Malformed++;
            return new ReadStatus(Outcome.Failed, _stat.Path, 0, 1);
        }
        if (_slowReads++ % FdPeriod == 0)
        {
            _table[OpenFds] = CountFds();
            ReadLimits();
        }
        return ReadStatus.Ok;
    }

    bool TryReadStat(ReadOnlySpan<byte> text)
    {
        var end = text.LastIndexOf((byte)')');
        var cursor = new Cursor(text[(end + 1)..].TrimEnd((byte)'\n'));
        if (end < 0 || !cursor.TryReadField(out _))
            return false;
        long cpu = 0;
        for (var field = StatState + 1; field <= StatResident; field++)
        {
            if (!cursor.TryReadInt64(out var value))
                return false;
            switch (field)
            {
                case StatUserTime or StatSystemTime:
                    if (value < 0 || value > long.MaxValue - cpu)
                        return false;
                    cpu += value;
                    break;
                case StatThreads:
                    _table[Threads] = value;
                    break;
                case StatStartTime when _bootTime != Absent:
                    _table[StartTime] = _bootTime * TicksPerSecond + value;
                    break;
                case StatVirtualSize:
                    _table[VirtualMemory] = value;
                    break;
                case StatResident:
                    _table[ResidentMemory] = value;
                    break;
            }
        }
        _table[CpuSeconds] = cpu;
        return true;
    }

    /// <summary>"btime SECONDS" of /proc/stat.</summary>
    long ReadBootTime()
    {
        if (_systemStat.Read(out var text) != 0)
            return Absent;
        _systemStat.Close();
        var cursor = new Cursor(text);
        while (cursor.TryReadLine(out var line))
            if (line.TryReadField(out var name) && name.SequenceEqual("btime"u8) && line.TryReadInt64(out var seconds))
                return seconds;
        return Absent;
    }

    void ReadLimits()
    {
        if (_limits.Read(out var text) != 0)
            return;
        _table[MaxFds] = ProcessLimits.Soft(text, ProcessLimits.OpenFiles);
        _table[VirtualMemoryMax] = ProcessLimits.Soft(text, ProcessLimits.AddressSpace);
    }

    /// <summary>
    /// Entries of /proc/self/fd, without the descriptor by which they are listed. A kernel before 6.2 has no other count.
    /// </summary>
    long CountFds() => _fds.Of(Libc.AT_FDCWD, _fdFolder) is >= 0 and var count ? count - 1 : Absent;

    internal override void Reopen()
    {
        _stat.Close();
        _limits.Close();
        _slowReads = 0;
    }
}
