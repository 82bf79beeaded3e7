namespace TcpAgent.Kernel;

/// <summary>
/// /proc/net/dev (net/core/net-procfs.c, dev_seq_show). A name may contain colons and may touch its first number, so it ends at the last
/// colon. "drop" is rx_dropped plus rx_missed_errors; no column includes rx_nohandler.
/// </summary>
ref struct NetDevReader
{
    readonly ReadOnlySpan<int> _columns;
    Cursor _cursor;
    int _line;

    internal NetDevReader(ReadOnlySpan<byte> text, NetDevPlan plan)
    {
        _cursor = new Cursor(text);
        if (_cursor.TryReadLine(out _) && _cursor.TryReadLine(out var header))
        {
            _columns = plan.Columns(header.Rest);
            _line = 2;
        }
        if (_columns.IsEmpty)
            Result = Result.And(1);
    }

    internal ParseResult Result { get; private set; }

    /// <summary>Reads the next device; <paramref name="values"/> has the plan's width and order.</summary>
    internal bool TryRead(Span<long> values, out ReadOnlySpan<byte> name)
    {
        while (!_columns.IsEmpty && _cursor.TryReadLine(out var line))
        {
            _line++;
            if (TryReadDevice(line, values, out name))
                return true;
            Result = Result.And(_line);
        }
        if (!_columns.IsEmpty && !_cursor.AtEnd)
            Result = Result.And(_line + 1);
        name = default;
        return false;
    }

    readonly bool TryReadDevice(Cursor line, Span<long> values, out ReadOnlySpan<byte> name)
    {
        values.Fill(KernelValue.Absent);
        var colon = line.Rest.LastIndexOf((byte)':');
        name = colon > 0 ? line.Rest[..colon].Trim((byte)' ') : default;
        if (name.IsEmpty)
            return false;
        var fields = new Cursor(line.Rest[(colon + 1)..]);
        foreach (var place in _columns)
        {
            if (!fields.TryReadField(out var field))
                return false;
            if (place < 0)
                continue;
            if (!Cursor.TryParseInt64(field, out var value) || value < 0)
                return false;
            values[place] = value;
        }
        return !fields.TryReadField(out _);
    }
}
