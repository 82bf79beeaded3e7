namespace TcpAgent.Kernel;

/// <summary>
/// /proc/net/protocols (net/core/sock.c, proto_seq_printf), with columns found by header, because flag columns come and go. "press" is yes,
/// no, or NI for a protocol without memory pressure.
/// </summary>
ref struct ProtocolsReader
{
    Cursor _cursor;
    readonly int _press = -1;

    internal ProtocolsReader(ReadOnlySpan<byte> text)
    {
        _cursor = new Cursor(text);
        if (_cursor.TryReadLine(out var header))
        {
            Line = 1;
            for (var i = 0; header.TryReadField(out var name); i++)
                if (name.SequenceEqual("press"u8))
                    _press = i;
        }
        if (_press <= 0)
            Result = Result.And(1);
    }

    internal int Line { get; private set; }

    internal ParseResult Result { get; private set; }

    /// <summary>The next protocol that has a pressure state.</summary>
    internal bool TryRead(out ReadOnlySpan<byte> name, out bool pressure)
    {
        while (_press > 0 && _cursor.TryReadLine(out var line))
        {
            Line++;
            if (!line.TryReadField(out name))
                continue;
            ReadOnlySpan<byte> press = default;
            for (var i = 1; i <= _press; i++)
                line.TryReadField(out press);
            pressure = press.SequenceEqual("yes"u8);
            if (pressure || press.SequenceEqual("no"u8))
                return true;
            if (!press.SequenceEqual("NI"u8))
                Drop();
        }
        if (_press > 0 && !_cursor.AtEnd)
            Result = Result.And(Line + 1);
        name = default;
        pressure = false;
        return false;
    }

    /// <summary>Counts the line read last as dropped.</summary>
    internal void Drop() => Result = Result.And(Line);
}
