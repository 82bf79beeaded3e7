using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using static TcpAgent.Metrics.Metric;

namespace TcpAgent.Sources;

/// <summary>
/// Queues of packets that wait for a program's verdict (NFQUEUE). Their file is for root alone: without that right the source is
/// denied, which is by design and no failure.
/// </summary>
sealed class NfQueue : Source
{
    // net/netfilter/nfnetlink_queue.c, seq_show: queue_number peer_portid queue_total copy_mode copy_range queue_dropped
    // user_dropped id_sequence 1, without a header
    internal static readonly Metric[] Rows =
    [
        Gauge("", "queue_total", "tcpagent_nfqueue_packets", "Packets that wait for the program's verdict. The limit (1024 unless the program sets another) is in no file."),
        Counter("", "queue_dropped", "tcpagent_nfqueue_dropped_total", "Packets dropped because the queue was full."),
        Counter("", "user_dropped", "tcpagent_nfqueue_user_dropped_total", "Packets dropped because they could not be handed to the program, most often for want of room in its socket."),
    ];

    /// <summary>A queue number is a u16; a host has a few.</summary>
    const int MaxQueues = 256;

    const int Cells = 2;

    readonly ProcFile _file;
    readonly Block _block;
    readonly CounterWidener _widener = new();

    /// <summary>By queue number; the index orders the widener's cells.</summary>
    readonly Dictionary<ulong, (byte[] Key, int Index)> _queues = [];

    internal NfQueue(KernelRoot root)
        : base("nfqueue", new Block(Rows, "queue"))
    {
        _file = root.Proc("net/netfilter/nfnetlink_queue");
        _block = Blocks[0];
    }

    internal override ReadStatus Read(in Tick tick)
    {
        Withdraw();
        var errno = _file.Read(out var text);
        if (errno != 0)
            return errno == Libc.EACCES ? ReadStatus.Denied(_file.Path, errno) : ReadStatus.Optional(_file.Path, errno);
        var cursor = new Cursor(text);
        var (number, wrong) = (0, 0);
        while (cursor.TryReadLine(out var line))
        {
            number++;
            if (!TryStore(line) && wrong == 0)
                wrong = number;
        }
        if (wrong == 0 && !cursor.AtEnd)
            wrong = number + 1;
        if (wrong == 0)
            return ReadStatus.Ok;
        Malformed++;
        return ReadStatus.Malformed(_file.Path, wrong);
    }

    bool TryStore(Cursor line)
    {
        if (!line.TryReadInt64(out var queue) || queue is < 0 or > ushort.MaxValue || !line.TryReadInt64(out _) || !line.TryReadInt64(out var waiting)
            || !line.TryReadField(out _) || !line.TryReadField(out _) || !line.TryReadInt64(out var queueDropped)
            || !line.TryReadInt64(out var userDropped) || !line.TryReadField(out _) || waiting < 0 || queueDropped < 0 || userDropped < 0)
            return false;
        ref var known = ref CollectionsMarshal.GetValueRefOrNullRef(_queues, (ulong)queue);
        if (Unsafe.IsNullRef(ref known))
        {
            if (_queues.Count >= MaxQueues)
                return true;
            _queues[(ulong)queue] = (Label.Render("queue", queue.ToString(System.Globalization.CultureInfo.InvariantCulture)), _queues.Count);
            known = ref CollectionsMarshal.GetValueRefOrNullRef(_queues, (ulong)queue);
        }
        for (var i = 0; i < _block.Count; i++)
            if (ReferenceEquals(_block.KeyOf(i), known.Key))
                return false;
        var slots = _block.Add(known.Key);
        slots[0] = waiting;
        slots[1] = _widener.Widen(known.Index * Cells, (ulong)queueDropped);
        slots[2] = _widener.Widen((known.Index * Cells) + 1, (ulong)userDropped);
        return true;
    }

    internal override void Reopen() => _file.Close();
}
