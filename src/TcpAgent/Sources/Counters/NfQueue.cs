using System.Globalization;
using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.System;

namespace TcpAgent.Sources;

/// <summary>
/// Queues of packets that wait for a program's verdict (NFQUEUE). Only root can read their file. Without that right the source is denied,
/// which is by design and not a failure.
/// </summary>
sealed class NfQueue : Source
{
    // net/netfilter/nfnetlink_queue.c, seq_show
    internal static readonly Rows Rows = new("queue");

    internal static readonly Row Waiting = Rows.Gauge(
        "tcpagent_nfqueue_packets", "Packets that wait for the program's verdict. No file shows the limit, which is 1024 unless the program sets another.", field: "queue_total");

    internal static readonly Row Dropped = Rows.Counter(
        "tcpagent_nfqueue_dropped_total", "Packets dropped because the queue was full.", field: "queue_dropped");

    internal static readonly Row UserDropped = Rows.Counter(
        "tcpagent_nfqueue_user_dropped_total", "Packets dropped because they could not be handed to the program, most often because its socket's receive buffer was full.", field: "user_dropped");

    internal static readonly Rows CountRows = new();

    internal static readonly Row Omitted = CountRows.Gauge(
        "tcpagent_nfqueues_omitted", "Queues that are not exported because there are more than 256. Queues that dropped something are exported first, and the sums of drops include all.");

    /// <summary>Maximum number of queues exported. All are read: their number is a u16.</summary>
    const int MaxQueues = 256;

    sealed class Queue(int number) : Instance($"queue {number}", ("queue", number.ToString(CultureInfo.InvariantCulture)))
    {
        internal WideCounter DroppedCount;
        internal WideCounter UserDroppedCount;

        internal long? Drops { get; set; }

        internal bool HasDropped { get; set; }

        internal override bool IsNotable => HasDropped;
    }

    readonly ProcFile _file;
    readonly Table _table;
    readonly Roster<Queue> _queues = new();

    ReadStatus _status;

    internal NfQueue(KernelRoot root)
        : base("nfqueue", Rows, CountRows)
    {
        _file = root.Proc("net/netfilter/nfnetlink_queue");
        _table = this[Rows];
    }

    /// <summary>While there is no queue, or none is visible, the agent looks for one on the slow lane only.</summary>
    internal override ReadStatus Read(in Tick tick)
    {
        if (tick.IsSlow || _table.Count > 0)
            _status = ReadFile();
        return _status;
    }

    ReadStatus ReadFile()
    {
        Withdraw();
        var errno = _file.Read(out var text);
        if (errno != 0)
            return errno == Libc.EACCES ? ReadStatus.Denied(_file.Path, errno) : ReadStatus.Optional(_file.Path, errno);
        _queues.Begin();
        var reader = new NfQueueReader(text);
        while (reader.TryRead(out var line))
        {
            if (_queues.TryVisit(line.Queue, out var queue))
                Store(queue ?? Learn(line.Queue), line);
            else
                reader.Drop();
            if (line.Waiting == KernelValue.Absent)
                reader.Drop();
        }
        this[CountRows][Omitted] = _table.HideBeyond(MaxQueues);

        // A queue ends with its program, and the next queue of that number counts from 0.
        if (reader.Result.Dropped == 0)
            _queues.ForgetUnvisited();
        return Account(_file.Path, reader.Result);
    }

    void Store(Queue queue, in NfQueueLine line)
    {
        var slots = _table.Add(queue);
        slots[Waiting] = line.Waiting;
        slots[Dropped] = queue.DroppedCount.Widen(line.QueueDropped);
        slots[UserDropped] = queue.UserDroppedCount.Widen(line.UserDropped);
        var drops = slots[Dropped] + slots[UserDropped];
        (queue.HasDropped, queue.Drops) = (queue.HasDropped || drops > (queue.Drops ?? drops), drops);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    Queue Learn(int number) => _queues.Remember(number, new Queue(number));

    internal override void Reopen() => _file.Close();
}
