using TcpAgent.Kernel;
using TcpAgent.Kernel.Cgroups;
using TcpAgent.Kernel.Processes;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>Measures what keeps the processes of one owner from accepting. Used by one thread at a time; allocates nothing.</summary>
sealed class StrainMeter(KernelRoot root, TimeProvider time)
{
    /// <summary>Two looks that are further apart say nothing about now.</summary>
    const long MostApart = 30_000;

    const int Capacity = 4096;

    readonly CpuQuota _quota = new(root.SysFs);
    readonly byte[] _entries = new byte[Capacity];
    readonly byte[] _name = new byte[64];
    ThreadSamples _now = new(), _before = new();
    long _measuredAt = KernelValue.Absent;

    /// <summary>The owner that is measured; null for none.</summary>
    internal Owner? Owner { get; private set; }

    /// <summary>Starts with an owner, or with none.</summary>
    internal void Begin(Owner? owner) => (Owner, _measuredAt, HasResult) = (owner, KernelValue.Absent, false);

    /// <summary>Whether two looks at the owner have been compared.</summary>
    internal bool HasResult { get; private set; }

    /// <summary>Whether the last look is older than a timestamp.</summary>
    internal bool IsOlderThan(long timestamp) => _measuredAt != KernelValue.Absent && _measuredAt < timestamp;

    /// <param name="cgroup">The owner's cgroup.</param>
    /// <param name="processes">Lists the processes.</param>
    /// <param name="cpus">CPUs of the host; 0 if unknown.</param>
    internal void Measure(Cgroup cgroup, CgroupProcesses processes, int cpus)
    {
        var timestamp = time.GetTimestamp();
        if (_measuredAt != KernelValue.Absent && time.GetElapsedTime(_measuredAt, timestamp).TotalMilliseconds < Strain.Least)
            return;
        (_now, _before) = (_before, _now);
        _now.Clear();
        _quota.Begin();
        _quota.Add(cgroup);
        var strain = new Strain { Cpus = cpus, IsMixed = Owner!.Facts.Programs.Length != 1 };
        if (processes.Begin(cgroup))
            while (processes.TryRead(out var stat, out var name))
                if (IsOfInterest(name))
                    strain = Look(processes.Folder, stat, strain);
        Owner.NextStrain = WithTimes(strain, timestamp);
        _measuredAt = timestamp;
    }

    /// <summary>Where all processes have one name, one that was started meanwhile under another is none of them.</summary>
    bool IsOfInterest(ReadOnlySpan<byte> name) => ProgramNames.IsOf(name, Owner!.Facts.Programs);

    Strain Look(ProcessFolder folder, in ProcessStat stat, in Strain before)
    {
        var (files, limit) = (folder.OpenFiles, folder.OpenFilesLimit);
        if (before.Processes == 0 && folder.Read("cgroup\0"u8, out var text) == 0 && CgroupLines.TryFind(text, "cpu"u8, out var path))
            _quota.AddVersion1(path);
        AddThreads(folder, stat.Identity);
        var strain = before with
        {
            Processes = before.Processes + 1,
            Stopped = before.Stopped + (stat.State is (byte)'T' or (byte)'t' ? 1 : 0),
        };
        if (files <= 0 || limit <= 0)
            return strain;
        var isClosest = strain.FilesLimit == 0 || (double)files / limit > (double)strain.Files / strain.FilesLimit;
        return strain with
        {
            AtFileLimit = strain.AtFileLimit + (files >= limit ? 1 : 0),
            Files = isClosest ? files : strain.Files,
            FilesLimit = isClosest ? limit : strain.FilesLimit,
        };
    }

    void AddThreads(ProcessFolder folder, ProcessIdentity process)
    {
        var tasks = folder.OpenFolder("task\0"u8);
        if (tasks < 0)
            return;
        for (int length; (length = Libc.getdents64(tasks, _entries)) > 0 && !_now.IsFull;)
        {
            var reader = new DirectoryReader(_entries.AsSpan(0, length));
            while (reader.TryRead(out var name, out _) && !_now.IsFull)
                if (ProcessList.TryParsePid(name, out var tid) && folder.Read(TimesOf(name), out var text) == 0
                    && ThreadTime.TryParse(text, out var times))
                    _now.Add(process, tid, times);
        }
        _ = Libc.close(tasks);
    }

    ReadOnlySpan<byte> TimesOf(ReadOnlySpan<byte> tid)
    {
        "task/"u8.CopyTo(_name);
        tid.CopyTo(_name.AsSpan(5));
        "/schedstat\0"u8.CopyTo(_name.AsSpan(5 + tid.Length));
        return _name;
    }

    Strain WithTimes(in Strain strain, long timestamp)
    {
        var elapsed = _measuredAt == KernelValue.Absent ? 0 : time.Nanoseconds(timestamp - _measuredAt);
        if (elapsed <= 0 || elapsed / 1_000_000 > MostApart)
            return strain;
        var (run, most, known) = _now.Since(_before);
        if (known == 0 || known * 2 < _now.Count)
            return strain;
        var quota = _quota.Since();
        HasResult = true;
        long Share(long nanoseconds) => (long)(1000.0 * nanoseconds / elapsed);
        return strain with
        {
            Elapsed = elapsed / 1_000_000,
            IsWhole = known == _now.Count && !_now.IsFull,
            Run = Share(run),
            MostRun = Share(most.Run),
            MostWait = Share(most.Wait),
            Periods = quota.Periods,
            ThrottledPeriods = quota.Throttled,
        };
    }
}
