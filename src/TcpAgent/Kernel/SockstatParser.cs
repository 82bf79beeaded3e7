namespace TcpAgent.Kernel;

/// <summary>/proc/net/sockstat and sockstat6 (net/ipv4/proc.c): "TCP: inuse 5 orphan 0 tw 2 ...", name and value in turn.</summary>
sealed class SockstatParser(IFieldMap map) : TextParser(map)
{
    internal override ParseResult Parse(ReadOnlySpan<byte> text, Span<long> slots)
    {
        var result = default(ParseResult);
        var cursor = new Cursor(text);
        var number = 0;
        while (cursor.TryReadLine(out var line))
        {
            number++;
            if (!TryStore(line, slots))
                result = result.And(number);
        }
        return !cursor.AtEnd || number == 0 ? result.And(number + 1) : result;
    }

    bool TryStore(Cursor line, Span<long> slots)
    {
        if (!line.TryReadField(out var section) || section[^1] != ':')
            return false;
        section = section[..^1];
        var check = line;
        while (check.TryReadField(out _))
            if (!check.TryReadInt64(out _))
                return false;
        while (line.TryReadField(out var field))
        {
            line.TryReadInt64(out var value);
            Store(slots, Map.SlotOf(section, field), value);
        }
        return true;
    }
}
