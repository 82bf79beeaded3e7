using System.Runtime.CompilerServices;

namespace TcpAgent.Kernel;

/// <summary>
/// /proc/net/protocols (net/core/sock.c, proto_seq_printf), columns by header: flag columns come and go.
/// "press" is yes or no, and NI where the protocol knows no memory pressure.
/// </summary>
ref struct ProtocolsReader
{
    Cursor _cursor;
    readonly int _press = -1;
    int _line;

    internal ProtocolsReader(ReadOnlySpan<byte> text)
    {
        _cursor = new Cursor(text);
        if (_cursor.TryReadLine(out var header))
        {
            _line = 1;
            for (var i = 0; header.TryReadField(out var name); i++)
                if (name.SequenceEqual("press"u8))
                    _press = i;
        }
        if (_press <= 0)
            Result = Result.And(1);
    }

    internal ParseResult Result { get; private set; }

    /// <summary>The next protocol that has a pressure state.</summary>
    internal bool TryRead(out ReadOnlySpan<byte> name, out bool pressure)
    {
        while (_press > 0 && _cursor.TryReadLine(out var line))
        {
            _line++;
            if (!line.TryReadField(out name))
                continue;
            ReadOnlySpan<byte> press = default;
            for (var i = 1; i <= _press; i++)
                line.TryReadField(out press);
            pressure = press.SequenceEqual("yes"u8);
            if (pressure || press.SequenceEqual("no"u8))
                return true;
            if (!press.SequenceEqual("NI"u8))
                Result = Result.And(_line);
        }
        if (_press > 0 && !_cursor.AtEnd)
            Result = Result.And(_line + 1);
        name = default;
        pressure = false;
        return false;
    }
}
