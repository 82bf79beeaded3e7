using TcpAgent.Kernel;
using TcpAgent.Kernel.Processes;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// The TCP counters of the other network namespaces of the host, without a capability: /proc/PID/net of any process shows those of its
/// namespace. Only an agent in the host's own namespace looks at others; one in a container judges its container. When accept queues
/// overflow in one, its list of sockets shows which.
/// </summary>
sealed class Namespaces : Source
{
    /// <summary>Time between two looks at one that loses nothing, at the default budget.</summary>
    static readonly TimeSpan s_period = TimeSpan.FromSeconds(12);

    /// <summary>Looks at a tick above the number that the period needs. New ones are looked at in any case.</summary>
    const int MoreLooks = 8;

    /// <summary>After so long overflows are reported without the listener.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    const string Where = "/proc/PID/net";

    /// <summary>Share of the walk budget for reading lists of sockets.</summary>
    const double ScanShare = 0.25;

    readonly ProcessWatch _watch;
    readonly ProcessFolder _folder;
    readonly NamespaceReader _reader = new();
    readonly ListenerScan _scan = new();
    readonly NamespaceTable _table;
    readonly TimeProvider _time;
    readonly long _period;
    readonly long _interval;
    readonly double _scanShare;
    long _overflows;

    /// <summary>No list of sockets is read before this time.</summary>
    long _nextScan = KernelValue.Absent;

    internal Namespaces(KernelRoot root, ProcessWatch watch, SamplingOptions options, TimeProvider time)
        : base("namespaces", NamespaceRows.Rows, NamespaceRows.CountRows)
    {
        (_watch, _folder, _time) = (watch, new ProcessFolder(root), time);
        _table = new NamespaceTable(_folder, options.PeakWindow, time);
        _period = options.Spaced(s_period);
        (_interval, _scanShare) = ((long)options.Interval.TotalNanoseconds, options.WalkBudget * ScanShare);
    }

    /// <summary>Those that are followed.</summary>
    internal Dictionary<ulong, OtherNamespace>.ValueCollection Known => _table.Namespaces;

    /// <summary>The listener, or the namespace, in which accept queues overflowed most at this tick; null if none did.</summary>
    internal QueueInstance? Overflowed { get; private set; }

    internal override ReadStatus Read(in Tick tick)
    {
        Withdraw();
        Overflowed = null;
        _watch.Poll(tick);
        if (_watch.HasWalked && _watch is { IsKnown: true, IsHidden: false, Network: 0 })
            _table.Take(_watch);
        if (!_watch.IsKnown || _watch.IsHidden || _watch.Network != 0 || _watch.Own == 0
            || _watch.Processes.IsEmpty)
        {
            _table.Clear();
            return !_watch.IsKnown && _watch.Errno != 0 ? ReadStatus.Failed(_watch.Path, _watch.Errno)
                : _watch is { IsKnown: true, IsHidden: true } ? ReadStatus.Denied($"{_watch.Path}/1", Libc.EACCES)
                : _watch.IsKnown ? ReadStatus.Absent
                : ReadStatus.Ok;
        }
        var status = Look(tick);
        Store();
        return status;
    }

    ReadStatus Look(in Tick tick)
    {
        var status = ReadStatus.Ok;
        var left = MoreLooks + (int)Math.Min(NamespaceTable.MaxNamespaces, _table.Count * _interval / Math.Max(1, _period));
        var (most, hasScanned) = (0L, tick.Timestamp < _nextScan);
        foreach (var one in Known)
        {
            one.IsBlamed = false;
            var mayLook = left > 0 || one.Held > 0 || one.LookedAt == KernelValue.Absent;
            if (one.IsLost || !mayLook || (!one.IsLosing && tick.Timestamp < one.NextLook))
                one.Pass(tick.Timestamp);
            else if (LookAt(one, tick, ref hasScanned))
                status = status.With(Account(Where, _reader.Malformed));
            left -= one.LookedAt == tick.Timestamp ? 1 : 0;
            if (!one.IsBlamed || one.Held <= most)
                continue;
            (most, Overflowed) = (one.Held, one.Queue);
        }
        foreach (var one in Known)
            if (one.IsBlamed)
                (_overflows, one.Held) = (_overflows + one.Held, 0);
        _folder.Close();
        return status;
    }

    /// <summary>Reads the counters, and if accept queues overflowed also which. Overflows are held back until that is known.</summary>
    bool LookAt(OtherNamespace one, in Tick tick, ref bool hasScanned)
    {
        if (!_reader.TryRead(_folder, one))
        {
            // Its process has ended or left. The next walk may find another.
            (one.IsLost, one.Held) = (true, 0);
            one.Pass(tick.Timestamp);
            return false;
        }
        one.Take(_reader.Values, tick.Timestamp);
        one.NextLook = tick.Timestamp + _time.Timestamps(_period);
        one.HeldSince = one.Held == 0 ? tick.Timestamp : one.HeldSince;
        one.Held += one.NewOverflows;
        if (one.Held > 0 && !hasScanned)
            hasScanned = Scan(one, tick);
        else if (one is { Held: 0, Queue.Local: { } local } && tick.Timestamp >= one.NextScan && !hasScanned)
            hasScanned = ScanAgain(one, local, tick);
        if (one.Held > 0 && !one.IsBlamed && _time.GetElapsedTime(one.HeldSince, tick.Timestamp) >= s_patience)
            Blame(one, null);
        return true;
    }

    /// <summary>Two scans at different ticks name the listener.</summary>
    bool Scan(OtherNamespace one, in Tick tick)
    {
        var cpu = Libc.ThreadCpuTime();
        var isRead = _scan.TryRead(_folder, one);
        cpu = Libc.ThreadCpuTime() - cpu;
        one.Queues = _scan.Queues.Length;
        if (isRead && one.FirstScan is null && one.Queues > 0)
        {
            one.FirstScan = _scan.Queues.ToArray();
            return true;
        }
        Blame(one, isRead ? _scan.OnlySameAs(one.FirstScan) : null);
        one.NextScan = one.NextLook;
        _nextScan = tick.Timestamp + _time.Timestamps((long)(2 * cpu / _scanShare));
        return true;
    }

    bool ScanAgain(OtherNamespace one, Endpoint local, in Tick tick)
    {
        one.Waiting = 0;
        if (_scan.TryRead(_folder, one))
            foreach (ref readonly var queue in _scan.Queues)
                if (queue.Local == local)
                    one.Waiting = Math.Max(one.Waiting, queue.Waiting);
        one.NextScan = tick.Timestamp + _time.Timestamps((long)s_period.TotalNanoseconds);
        return true;
    }

    /// <summary>
    /// Reports the overflows. If no listener is found, only the namespace is named, unless a listener is known from an overflow before.
    /// </summary>
    void Blame(OtherNamespace one, ListenLine? full)
    {
        (one.IsBlamed, one.FirstScan) = (true, null);
        if (full is { } listener)
            (one.Waiting, one.Limit) = (listener.Waiting, listener.Waiting - 1);
        if (full is not null || one.Queue is null)
            one.Queue = _table.Name(one, full?.Local, _watch.Processes);
    }

    void Store()
    {
        foreach (var one in Known)
        {
            if (one.IsLost || one.LookedAt == KernelValue.Absent)
                continue;
            var slots = this[NamespaceRows.Rows].Add(one.Instance);
            one.Values.CopyTo(slots.Values);
            (slots[NamespaceRows.RecentOverflows], slots[NamespaceRows.RecentRequestDrops]) =
                (one.RecentOverflows, one.RecentRequestDrops);
        }
        var counts = this[NamespaceRows.CountRows][0];
        (counts[NamespaceRows.Count], counts[NamespaceRows.Omitted], counts[NamespaceRows.AllOverflows]) =
            (_table.Count + _table.Omitted, _table.Omitted, _overflows);
    }

    internal override void Reopen() => _folder.Close();
}
