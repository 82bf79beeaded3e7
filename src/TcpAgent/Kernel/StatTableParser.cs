using System.Runtime.CompilerServices;
using System.Text;

namespace TcpAgent.Kernel;

/// <summary>
/// /proc/net/stat/* (nf_conntrack_standalone.c, neighbour.c, route.c): a header of names, then one line of hexadecimal u32 per CPU.
/// Different kernels have had different columns in the same width, so only names count. "entries" is a value of the whole table, repeated
/// on each line: a repeated field is taken once, any other is summed. Up to 2.6.27 neigh_stat_seq_show printed one value fewer than names:
/// the last is absent. A header without lines means that nothing was counted.
/// </summary>
/// <param name="map">Maps each column to a slot.</param>
/// <param name="isRepeated">Whether a slot's value is repeated on each line.</param>
/// <param name="section">The section passed to the map, for sources that read several such files.</param>
sealed class StatTableParser(IFieldMap map, Func<int, bool> isRepeated, string section = "") : TextParser(map)
{
    const int MaxColumns = 64;

    readonly byte[] _section = Encoding.ASCII.GetBytes(section);
    CounterWidener _widener = new();
    byte[] _header = [];
    int[] _slots = [];

    internal override ParseResult Parse(ReadOnlySpan<byte> text, Span<long> slots)
    {
        var result = default(ParseResult);
        var cursor = new Cursor(text);
        if (!cursor.TryReadLine(out var header) || header.AtEnd)
            return result.And(1);
        if (!header.Rest.SequenceEqual(_header))
            Learn(header.Rest);
        if (_slots.Length > MaxColumns)
            return result.And(1);

        // A sum over some of the CPUs would be wrong: one torn row invalidates the table, before anything is summed.
        Span<long> sums = stackalloc long[_slots.Length];
        var check = cursor;
        var (rows, columns) = (0, 0);
        for (; check.TryReadLine(out var line); rows++)
        {
            columns = rows > 0 ? columns : line.CountFields() == _slots.Length - 1 ? _slots.Length - 1 : _slots.Length;
            if (!IsWhole(line, columns))
                return result.And(rows + 2);
        }
        if (!check.AtEnd)
            return result.And(rows + 2);
        for (var row = 0; cursor.TryReadLine(out var line); row++)
            Add(line, row, sums[..columns]);
        for (var i = 0; i < columns; i++)
            if (IsBelowZero(_slots[i], sums[i]))
                result = result.And(2);
            else
                Store(slots, _slots[i], sums[i]);
        return result;
    }

    bool IsWhole(Cursor line, int columns)
    {
        for (var i = 0; i < columns; i++)
            if (!line.TryReadField(out var field) || (_slots[i] >= 0 && !Cursor.TryParseHex(field, out _)))
                return false;
        return !line.TryReadField(out _);
    }

    /// <summary>The kernel keeps such a value in an int, which may be negative for a moment, and prints it as a u32.</summary>
    bool IsBelowZero(int slot, long value) => slot >= 0 && value > int.MaxValue && isRepeated(slot);

    void Add(Cursor line, int row, Span<long> sums)
    {
        for (var i = 0; i < sums.Length; i++)
        {
            line.TryReadField(out var field);
            if (_slots[i] < 0 || !Cursor.TryParseHex(field, out var raw))
                continue;
            if (isRepeated(_slots[i]))
                sums[i] = (long)Math.Min(raw, long.MaxValue);
            else
                sums[i] = Clamped(sums[i], _widener.Widen(row * MaxColumns + i, raw));
        }
    }

    static long Clamped(long sum, long value) => value > long.MaxValue - sum ? long.MaxValue : sum + value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Learn(ReadOnlySpan<byte> header)
    {
        var names = new Cursor(header);
        var slots = new int[names.CountFields()];
        Unknown = 0;
        for (var i = 0; names.TryReadField(out var name); i++)
        {
            slots[i] = Map.SlotOf(_section, name);
            Unknown += slots[i] < 0 ? 1 : 0;
        }
        _slots = slots;
        _widener = new CounterWidener();
        _header = header.ToArray();
    }
}
