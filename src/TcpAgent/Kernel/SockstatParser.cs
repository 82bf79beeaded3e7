namespace TcpAgent.Kernel;

/// <summary>
/// /proc/net/sockstat and sockstat6 (net/ipv4/proc.c): "TCP: inuse 5 orphan 0 tw 2 ...", names and values alternating. Unused values may
/// hold anything.
/// </summary>
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
            if (!TryStore(line, slots, out var isDamaged) || isDamaged)
                result = result.And(number);
        }
        return !cursor.AtEnd || number == 0 ? result.And(number + 1) : result;
    }

    bool TryStore(Cursor line, Span<long> slots, out bool isDamaged)
    {
        isDamaged = false;
        if (!line.TryReadField(out var section) || section[^1] != ':')
            return false;
        section = section[..^1];
        var check = line;
        while (check.TryReadField(out var name))
            if (!check.TryReadField(out var field) || (Map.SlotOf(section, name) >= 0 && !Cursor.TryParseInt64(field, out _)))
                return false;
        var inUse = long.MaxValue;
        while (line.TryReadField(out var name))
        {
            line.TryReadField(out var field);
            if (!Cursor.TryParseInt64(field, out var value))
                continue;
            inUse = name.SequenceEqual("inuse"u8) ? value : inUse;
            if (name.SequenceEqual("memory"u8) && IsBelowZero(inUse, value))
                isDamaged = true;
            else
                Store(slots, Map.SlotOf(section, name), value);
        }
        return true;
    }

    /// <summary>
    /// Before 4.17 the memory of fragments is a sum of per-CPU ints, printed with %u. A negative sum shows as nearly 4 GiB, which is
    /// impossible without a single queue.
    /// </summary>
    static bool IsBelowZero(long inUse, long memory) => inUse == 0 && memory is > int.MaxValue and <= uint.MaxValue;
}
