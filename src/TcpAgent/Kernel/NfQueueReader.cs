namespace TcpAgent.Kernel;

/// <summary>
/// /proc/net/netfilter/nfnetlink_queue (net/netfilter/nfnetlink_queue.c, seq_show), a line for each queue and no header:
/// queue_number peer_portid queue_total copy_mode copy_range queue_dropped user_dropped id_sequence 1. Columns beyond those
/// known are ignored.
/// </summary>
ref struct NfQueueReader(ReadOnlySpan<byte> text)
{
    const int Queue = 0, Waiting = 2, QueueDropped = 5, UserDropped = 6;
    const int Columns = 9;

    Cursor _cursor = new(text);

    internal int Line { get; private set; }

    internal ParseResult Result { get; private set; }

    internal bool TryRead(out NfQueueLine queue)
    {
        while (_cursor.TryReadLine(out var line))
        {
            Line++;
            if (TryReadColumns(line, out queue))
                return true;
            Drop();
        }
        if (!_cursor.AtEnd)
            Result = Result.And(Line + 1);
        queue = default;
        return false;
    }

    /// <summary>Counts the line read last as dropped.</summary>
    internal void Drop() => Result = Result.And(Line);

    static bool TryReadColumns(Cursor line, out NfQueueLine queue)
    {
        queue = default;
        Span<long> columns = stackalloc long[Columns];
        foreach (ref var column in columns)
            if (!line.TryReadInt64(out column) || column is < 0 or > uint.MaxValue)
                return false;
        if (columns[Queue] > ushort.MaxValue)
            return false;
        queue = new NfQueueLine((int)columns[Queue], (uint)columns[Waiting], (uint)columns[QueueDropped], (uint)columns[UserDropped]);
        return true;
    }
}
