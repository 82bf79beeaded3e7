using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Kernel.Processes;
using TcpAgent.Metrics;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// The open files of processes against their own limits (RLIMIT_NOFILE). The kernel counts no refusal, so the processes nearest to their
/// limit are followed: all are looked at every fifteen seconds, those far from it every thirty, and those that are near at every tick.
/// </summary>
sealed class OpenFiles : Source
{
    internal static readonly Rows Rows = new("process", "pid");

    internal static readonly Row Open = Rows.Gauge(
        "tcpagent_process_open_files", "Open files of a process: files, sockets, pipes. Exported for the ten processes nearest to their own limit that have a tenth of it open, of those that may open a hundred or more.", from: "size of /proc/PID/fd");

    internal static readonly Row Limit = Rows.Gauge(
        "tcpagent_process_open_files_limit", "Files that the process may have open, its soft limit: at the limit accept(), socket(), connect() and open() fail with EMFILE. The process itself may raise it to its hard limit.", from: "RLIMIT_NOFILE");

    internal static readonly Rows CountRows = new();

    internal static readonly Row Processes = CountRows.Gauge("tcpagent_processes", "Processes at the last walk of /proc, without the threads of the kernel.");

    internal static readonly Row Omitted = CountRows.Gauge(
        "tcpagent_processes_omitted", "Processes that were not looked at, because there are more than 32,768.");

    internal static readonly Row Age = CountRows.Gauge(
        "tcpagent_processes_age_seconds", "Age of the last walk of /proc. Walks are fifteen seconds apart, and further to stay within a tenth of --sample.walk-budget.", Scale.Nanoseconds);

    const int MaxFollowed = 10;

    /// <summary>Share of the limit; on an idle host no process comes near.</summary>
    internal const double LeastExported = 0.1;

    /// <summary>Limits the names that are kept for processes that come and go among the first ten.</summary>
    const int MaxKept = 64;

    readonly ProcessWatch _watch;
    readonly ProcessFolder _folder;
    readonly ProcessRecord[] _top = new ProcessRecord[MaxFollowed];
    readonly Dictionary<ProcessIdentity, FileHolder> _kept = [];
    readonly FileHolder[] _followed = new FileHolder[MaxFollowed];
    int _count;
    long _processes;

    /// <summary>No process has a number of open files: the kernel is older than 6.2.</summary>
    bool _isUncounted;

    internal OpenFiles(KernelRoot root, ProcessWatch watch)
        : base("open_files", Rows, CountRows) => (_watch, _folder) = (watch, new ProcessFolder(root));

    /// <summary>The processes nearest to their limit.</summary>
    internal ReadOnlySpan<FileHolder> Followed => _followed.AsSpan(0, _count);

    internal override long Unjudged => _watch.Omitted;

    internal override ReadStatus Read(in Tick tick)
    {
        Withdraw();
        _watch.Poll(tick);
        if (_watch.HasWalked)
            Choose();
        else
            Follow();
        if (!_watch.IsKnown)
            return _watch.Errno == 0 ? ReadStatus.Ok : ReadStatus.Failed(_watch.Path, _watch.Errno);
        if (_watch.IsHidden)
            return ReadStatus.Denied($"{_watch.Path}/1", Libc.EACCES);
        if (_isUncounted)
            return ReadStatus.Absent;
        Store(tick);
        return ReadStatus.Ok;
    }

    /// <summary>Chooses the processes to follow from the last walk.</summary>
    void Choose()
    {
        (_count, _processes, _isUncounted) = (0, 0, true);
        var found = 0;
        foreach (ref readonly var process in _watch.Processes)
        {
            if (process.IsKernelThread || (_watch.Network != 0 && process.Network != _watch.Network))
                continue;
            _processes++;
            _isUncounted &= process.Files <= 0;
            if (FileHolder.IsJudged(process))
                Top.Offer(_top, ref found, process, IsFuller);
        }
        if (_watch.IsHidden)
            return;
        if (_kept.Count + found > MaxKept)
            _kept.Clear();
        for (var i = 0; i < found; i++)
        {
            var holder = _kept.TryGetValue(_top[i].Identity, out var kept) ? kept : Learn(_top[i].Identity);
            if (holder is not null && IsRead(holder))
                _followed[_count++] = holder;
        }
        _folder.Close();
    }

    static bool IsFuller(ProcessRecord one, ProcessRecord other) =>
        Fullness.Of(one.Files, one.Limit).CompareTo(Fullness.Of(other.Files, other.Limit)) > 0;

    /// <summary>Reads the processes near their limit again.</summary>
    void Follow()
    {
        var count = 0;
        for (var i = 0; i < _count; i++)
            if (!_followed[i].IsNear || IsRead(_followed[i]))
                _followed[count++] = _followed[i];
        _count = count;
        _folder.Close();
    }

    bool IsRead(FileHolder holder)
    {
        if (holder.TryRead(_folder))
            return true;
        _kept.Remove(holder.Instance.Identity);
        return false;
    }

    /// <summary>Returns null if the process has ended.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    FileHolder? Learn(ProcessIdentity identity) =>
        _folder.TryOpen(identity, out var name) ? _kept[identity] = new FileHolder(identity, name) : null;

    void Store(in Tick tick)
    {
        foreach (var holder in Followed)
        {
            if (holder.Share < LeastExported)
                continue;
            var slots = this[Rows].Add(holder.Instance);
            (slots[Open], slots[Limit]) = (holder.Files, holder.Limit);
        }
        var counts = this[CountRows][0];
        (counts[Processes], counts[Omitted], counts[Age]) = (_processes, _watch.Omitted, _watch.Age(tick));
    }

    internal override void Reopen() => _folder.Close();

    public override void Dispose()
    {
        _watch.Dispose();
        base.Dispose();
    }
}
