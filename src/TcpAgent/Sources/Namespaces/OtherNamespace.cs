using TcpAgent.Kernel;
using TcpAgent.Kernel.Processes;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// Another network namespace of the host, followed by way of one of its processes. While that lives and stays, the namespace is the same;
/// once the last process has ended, the kernel may give its number to a new one.
/// </summary>
sealed class OtherNamespace(ulong inode, ProcessIdentity process, string name, Instance instance, TimeSpan peakWindow, TimeProvider time)
{
    readonly WindowedTotal _overflows = new(peakWindow, time);
    readonly WindowedTotal _requestDrops = new(peakWindow, time);
    readonly long[] _before = new long[NamespaceRows.Rows.Count];
    ulong _folder;

    /// <summary>See <see cref="ProcessFolder.NetworkNamespace"/>.</summary>
    internal ulong Inode { get; } = inode;

    /// <summary>The process through which it is read.</summary>
    internal ProcessIdentity Process { get; private set; } = process;

    /// <summary>The inode of that process' folder at the last look; 0 before.</summary>
    internal ref ulong Folder => ref _folder;

    /// <summary>What people call it: "pod ...", "docker container 4f1c2a9b8d3e", "nginx.service (nginx[812])".</summary>
    internal string Name { get; } = name;

    internal Instance Instance { get; } = instance;

    /// <summary>When it was read last, and that process was known to be in it; by the monotonic clock.</summary>
    internal long LookedAt { get; private set; } = KernelValue.Absent;

    internal long NextLook { get; set; }

    /// <summary>How often it was read.</summary>
    internal long Looks { get; private set; }

    /// <summary>The last values, in the order of the rows.</summary>
    internal long[] Values { get; } = NoValues();

    /// <summary>Overflows since the look before the last.</summary>
    internal long NewOverflows { get; private set; }

    internal long RecentOverflows => _overflows.Recent;

    internal long RecentRequestDrops => _requestDrops.Recent;

    /// <summary>Whether it lost something within the peak window, so that it is looked at more often.</summary>
    internal bool IsLosing => RecentOverflows > 0 || RecentRequestDrops > 0;

    /// <summary>Overflows that are not reported yet, because the listener is still looked for.</summary>
    internal long Held { get; set; }

    /// <summary>When they began.</summary>
    internal long HeldSince { get; set; }

    /// <summary>The queues of the first of two scans; null before it.</summary>
    internal ListenLine[]? FirstScan { get; set; }

    /// <summary>The listener whose queue was full, or just the namespace if that is unknown; null while nothing overflowed.</summary>
    internal QueueInstance? Queue { get; set; }

    /// <summary>Whether overflows are reported at this tick.</summary>
    internal bool IsBlamed { get; set; }

    /// <summary>Connections in that queue at the last scan; absent if the listener is unknown.</summary>
    internal long Waiting { get; set; } = KernelValue.Absent;

    /// <summary>Its limit: one less than the queue that was full.</summary>
    internal long Limit { get; set; } = KernelValue.Absent;

    /// <summary>Listeners there in whose queue connections waited, at the last scan.</summary>
    internal long Queues { get; set; }

    /// <summary>The queue is not read again before this time.</summary>
    internal long NextScan { get; set; }

    /// <summary>Whether the last walk found the process through which it is read in it.</summary>
    internal bool IsProcessSeen { get; set; }

    /// <summary>Its process could not be read, so that nothing is known until the next walk.</summary>
    internal bool IsLost { get; set; }

    /// <summary>Another process that was in it at the last two walks; the default value if there is none.</summary>
    internal ProcessIdentity Candidate { get; set; }

    /// <summary>Follows it by way of another process.</summary>
    internal void Follow(ProcessIdentity another) => (Process, _folder, IsLost) = (another, 0, false);

    /// <summary>Takes the values of a look. The first look sets the baseline, so that old losses do not count.</summary>
    internal void Take(ReadOnlySpan<long> values, long timestamp)
    {
        values.CopyTo(Values);
        NewOverflows = Rise(NamespaceRows.Overflows);
        _overflows.Add(timestamp, NewOverflows);
        _requestDrops.Add(timestamp, Rise(NamespaceRows.RequestDrops));
        values.CopyTo(_before);
        (LookedAt, Looks) = (timestamp, Looks + 1);
    }

    /// <summary>Called at a tick without a look: the window moves on.</summary>
    internal void Pass(long timestamp)
    {
        NewOverflows = 0;
        _overflows.Add(timestamp, 0);
        _requestDrops.Add(timestamp, 0);
        if (RecentOverflows == 0)
            (Queue, FirstScan, Waiting, Limit) = (null, null, KernelValue.Absent, KernelValue.Absent);
    }

    long Rise(Row row)
    {
        var (before, now) = (_before[row.Slot], Values[row.Slot]);
        return Looks == 0 || before == KernelValue.Absent || now == KernelValue.Absent ? 0 : Math.Max(0, now - before);
    }

    static long[] NoValues()
    {
        var values = new long[NamespaceRows.Rows.Count];
        values.AsSpan().Fill(KernelValue.Absent);
        return values;
    }
}
