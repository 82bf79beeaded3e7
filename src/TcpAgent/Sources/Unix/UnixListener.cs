using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// The AF_UNIX listeners of one name, whose queue was not empty when it was looked at. There may be several: a socket stays when its path
/// is bound again, and a path may mean another file in another mount namespace. The figures are of the fullest.
/// </summary>
sealed class UnixListener(string name, TimeSpan peakWindow, TimeProvider time)
{
    /// <summary>A queue this long is no chance sight.</summary>
    const int SubstantialLength = 16, SubstantialOverflow = 4;

    readonly PeakWindow _window = new(1, peakWindow, time, PeakWindow.FewParts);
    long _before;

    internal Instance Instance { get; } = new(name, ("path", name));

    internal string Name => name;

    internal long Length { get; private set; }

    internal long Limit { get; private set; } = KernelValue.Absent;

    internal long Peak => _window[0];

    /// <summary>
    /// The length that counts. One or two connections that are accepted within a millisecond fill a backlog of 1, and a look may see just
    /// that: a short queue counts as far as two looks running have seen it.
    /// </summary>
    internal long Standing =>
        Length >= SubstantialLength || (Length > Limit && Length > SubstantialOverflow) ? Length : Math.Min(Length, _before);

    /// <summary>Before the queues of a look are added.</summary>
    internal void Begin() => (_before, Length) = (Length, 0);

    internal void Add(in UnixQueue queue)
    {
        if (Length > 0 && queue.Fullness.CompareTo(Fullness.Of(Length, Limit)) <= 0)
            return;
        (Length, Limit) = (queue.Length, queue.Limit);
    }

    /// <summary>At each tick.</summary>
    internal void Record(long timestamp) => _window.Record(timestamp, [Length]);
}
