namespace TcpAgent.Kernel;

/// <summary>
/// /proc/net/softnet_stat (net/core/net-procfs.c, softnet_seq_show): hexadecimal columns without names. Their number identifies the layout:
/// 9 (2.6.23), 10 with received_rps (2.6.39), 11 with flow_limit (3.11), 13 with backlog and CPU id (5.10 and RHEL 8.5), 15 with the two
/// queues of the backlog (6.x). Unknown further columns are ignored.
/// </summary>
ref struct SoftnetReader(ReadOnlySpan<byte> text)
{
    const int MinColumns = 9;
    const int Processed = 0, Dropped = 1, TimesSqueezed = 2, ReceivedRps = 9, FlowLimit = 10, Backlog = 11, Cpu = 12;

    Cursor _cursor = new(text);

    internal int Line { get; private set; }

    internal ParseResult Result { get; private set; }

    internal bool TryRead(out SoftnetLine cpu)
    {
        while (_cursor.TryReadLine(out var line))
        {
            Line++;
            if (TryReadColumns(line, out cpu))
                return true;
            Drop();
        }
        if (!_cursor.AtEnd || Line == 0)
            Result = Result.And(Line + 1);
        cpu = default;
        return false;
    }

    /// <summary>Counts the line read last as dropped.</summary>
    internal void Drop() => Result = Result.And(Line);

    static bool TryReadColumns(Cursor line, out SoftnetLine cpu)
    {
        Span<long> columns = stackalloc long[Cpu + 1];
        columns.Fill(KernelValue.Absent);
        var count = 0;
        while (line.TryReadField(out var field))
        {
            // Columns 4 to 9 are 0 on every kernel since 3.x and are not used.
            if (count is <= TimesSqueezed or (>= ReceivedRps and <= Cpu))
            {
                if (!Cursor.TryParseHex(field, out var value))
                {
                    cpu = default;
                    return false;
                }
                columns[count] = (long)Math.Min(value, long.MaxValue);
            }
            count++;
        }

        // No kernel ever printed twelve columns: such a line is a torn one of thirteen.
        cpu = new SoftnetLine
        {
            Cpu = columns[Cpu],
            Processed = columns[Processed],
            Dropped = columns[Dropped],
            TimesSqueezed = columns[TimesSqueezed],
            ReceivedRps = columns[ReceivedRps],
            FlowLimit = columns[FlowLimit],
            Backlog = columns[Backlog],
        };
        return count is >= MinColumns and not 12;
    }
}
