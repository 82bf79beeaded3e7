using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// The AF_UNIX listeners of one name with a queue that was not empty at a scan. There may be several: a socket stays when its path is bound
/// again, and a path may mean another file in another mount namespace. The figures are those of the fullest.
/// </summary>
sealed class UnixListener(string name, TimeSpan peakWindow, TimeProvider time)
{
    /// <summary>A queue this long is no coincidence.</summary>
    const int SubstantialLength = 16;

    /// <summary>From this length on a queue may be near its limit.</summary>
    const int NearLength = 5;

    readonly PeakWindow _window = new(1, peakWindow, time, PeakWindow.FewParts);
    UnixQueue _fullest;

    /// <summary>The lowest length read at this scan, and at the previous one.</summary>
    long _least, _leastBefore;

    internal Instance Instance { get; } = new(name, ("path", name));

    internal string Name => name;

    internal long Length { get; private set; }

    internal long Limit { get; private set; } = KernelValue.Absent;

    internal long Peak => _window[0];

    /// <summary>
    /// The length that counts. Clients that connect at full speed fill a backlog of 1 again and again and wait for microseconds, so a short
    /// queue counts only with the lowest length of all reads in two consecutive scans. With one or two waiting it is not near its limit.
    /// </summary>
    internal long Standing => !IsShort ? Length : Least > Limit || Least >= NearLength ? Least : 0;

    long Least => Math.Min(_least, _leastBefore);

    /// <summary>True if the queue is short and nearly full, so that it must be read again before that means anything.</summary>
    internal bool IsDoubtful => Length > 0 && IsShort && _least > 0;

    bool IsShort => Length < SubstantialLength && Fullness.Of(Length, Limit).Share >= Fullness.Near;

    /// <summary>The socket behind the figures.</summary>
    internal (uint Inode, ulong Cookie) Socket => (_fullest.Inode, _fullest.Cookie);

    /// <summary>Called before the queues of a scan are added.</summary>
    internal void Begin() => (_leastBefore, _least, Length) = (_least, 0, 0);

    internal void Add(in UnixQueue queue)
    {
        if (Length > 0 && queue.Fullness.CompareTo(Fullness.Of(Length, Limit)) <= 0)
            return;
        (_fullest, Length, Limit, _least) = (queue, queue.Length, queue.Limit, queue.Length);
    }

    /// <summary>Takes the length from a further read of the same queue.</summary>
    internal void ReadAgain(long length) => _least = Math.Min(_least, length);

    /// <summary>Called at each tick.</summary>
    internal void Record(long timestamp) => _window.Record(timestamp, [Length]);
}
