using System.Runtime.CompilerServices;

namespace TcpAgent.Kernel;

/// <summary>/proc/net/snmp6 (net/ipv6/proc.c): a name and a value per line. The parser tries the last order first.</summary>
sealed class NameValueParser(IFieldMap map) : TextParser(map)
{
    const int MaxLines = 4096;

    readonly List<(byte[] Name, int Slot)> _lines = [];

    internal override ParseResult Parse(ReadOnlySpan<byte> text, Span<long> slots)
    {
        var result = default(ParseResult);
        var cursor = new Cursor(text);
        var number = 0;
        while (number < MaxLines && cursor.TryReadLine(out var line))
        {
            number++;
            if (!line.TryReadField(out var name) || !line.TryReadInt64(out var value) || line.TryReadField(out _))
                result = result.And(number);
            else
                Store(slots, SlotAt(number - 1, name), value);
        }
        return !cursor.AtEnd || number == 0 ? result.And(number + 1) : result;
    }

    int SlotAt(int index, ReadOnlySpan<byte> name) =>
        index < _lines.Count && name.SequenceEqual(_lines[index].Name) ? _lines[index].Slot : Learn(index, name);

    [MethodImpl(MethodImplOptions.NoInlining)]
    int Learn(int index, ReadOnlySpan<byte> name)
    {
        var slot = Map.SlotOf([], name);
        while (_lines.Count <= index)
            _lines.Add(([], 0));
        Unknown += (slot < 0 ? 1 : 0) - (_lines[index].Slot < 0 ? 1 : 0);
        _lines[index] = (name.ToArray(), slot);
        return slot;
    }
}
