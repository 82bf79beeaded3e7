using TcpAgent.Kernel;
using TcpAgent.Kernel.Netlink;

namespace TcpAgent.Sources;

/// <summary>
/// The result of one scan of the AF_UNIX listeners: their number, and those whose queue is not empty. Refilled by a later one.
/// </summary>
sealed class UnixCensus
{
    /// <summary>Maximum number of queues reported one by one, the fullest.</summary>
    internal const int MaxBusy = 256;

    /// <summary>sun_path (include/uapi/linux/un.h, UNIX_PATH_MAX).</summary>
    const int MaxName = 108;

    readonly UnixQueue[] _busy = new UnixQueue[MaxBusy];
    readonly byte[] _names = new byte[MaxBusy * MaxName];
    readonly byte[] _nameLengths = new byte[MaxBusy];
    int _count;

    /// <summary>The queue in the full list that is replaced next; searched again after a replacement.</summary>
    int _least;

    internal int Count => _count;

    internal UnixQueue this[int busy] => _busy[busy];

    internal ReadOnlySpan<byte> Name(int busy) => _names.AsSpan(busy * MaxName, _nameLengths[busy]);

    internal long Listeners { get; private set; }

    /// <summary>Queues that are not empty and not reported.</summary>
    internal long Omitted { get; private set; }

    /// <summary>The smallest limit of all listeners; absent if there are none.</summary>
    internal long SmallestLimit { get; private set; }

    internal ParseResult Malformed { get; set; }

    internal void Clear()
    {
        (_count, Listeners, Omitted, SmallestLimit) = (0, 0, 0, KernelValue.Absent);
    }

    internal void Add(in UnixDiagRow row)
    {
        Listeners++;
        if (row.Limit != KernelValue.Absent && (SmallestLimit == KernelValue.Absent || row.Limit < SmallestLimit))
            SmallestLimit = row.Limit;
        if (row.Length <= 0)
            return;
        var queue = new UnixQueue(row.Cookie, row.Inode, row.Length, row.Limit);
        if (_count < MaxBusy)
        {
            Put(_count++, queue, row.Name);
            _least = -1;
            return;
        }
        Omitted++;
        if (_least < 0)
            FindLeast();
        if (queue.Fullness.CompareTo(_busy[_least].Fullness) <= 0)
            return;
        Put(_least, queue, row.Name);
        _least = -1;
    }

    void Put(int place, in UnixQueue queue, ReadOnlySpan<byte> name)
    {
        var length = Math.Min(name.Length, MaxName);
        _busy[place] = queue;
        name[..length].CopyTo(_names.AsSpan(place * MaxName));
        _nameLengths[place] = (byte)length;
    }

    void FindLeast()
    {
        _least = 0;
        for (var i = 1; i < _count; i++)
            if (_busy[i].Fullness.CompareTo(_busy[_least].Fullness) < 0)
                _least = i;
    }
}
