namespace TcpAgent.Kernel;

/// <summary>
/// /proc/net/netfilter/nfnetlink_queue (net/netfilter/nfnetlink_queue.c, seq_show), one line per queue and no header: queue_number
/// peer_portid queue_total copy_mode copy_range queue_dropped user_dropped id_sequence 1. Unknown further columns are ignored, and unused
/// ones may hold anything. Up to 3.19 the kernel printed each with %d: a u32 above 2^31 is negative, and so is the portid of a program with
/// several sockets.
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
        Span<uint> columns = stackalloc uint[Columns];
        for (var i = 0; i < Columns; i++)
        {
            if (!line.TryReadField(out var field))
                return false;
            if (i is not (Queue or Waiting or QueueDropped or UserDropped))
                continue;
            if (!Cursor.TryParseInt64(field, out var value) || value is < int.MinValue or > uint.MaxValue)
                return false;
            columns[i] = unchecked((uint)value);
        }
        if (columns[Queue] > ushort.MaxValue)
            return false;
        var waiting = columns[Waiting] > int.MaxValue ? KernelValue.Absent : columns[Waiting];
        queue = new NfQueueLine((int)columns[Queue], waiting, columns[QueueDropped], columns[UserDropped]);
        return true;
    }
}
