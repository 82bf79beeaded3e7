using System.Runtime.CompilerServices;

namespace TcpAgent.Kernel;

/// <summary>
/// /proc/net/netstat and /proc/net/snmp (net/ipv4/proc.c): pairs of lines, "Tcp: names" and "Tcp: values". Kernels insert fields in
/// mid-line, so the header of the same read places each value; a known header costs one comparison. A header without values means that
/// nothing was counted (gVisor prints TcpExt like this).
/// </summary>
sealed class TableParser(IFieldMap map) : TextParser(map)
{
    sealed record Section(byte[] Header, int NameLength, int[] Slots);

    /// <summary>IcmpMsg prints only the types seen so far, so headers change while a host runs; old ones are dropped.</summary>
    const int MaxSections = 64;

    readonly List<Section> _sections = [];

    internal override ParseResult Parse(ReadOnlySpan<byte> text, Span<long> slots)
    {
        var result = default(ParseResult);
        var cursor = new Cursor(text);
        var number = 0;
        var hint = 0;
        var more = cursor.TryReadLine(out var header);
        while (more)
        {
            number++;
            if (NameLength(header.Rest) == 0)
            {
                if (!header.AtEnd)
                    result = result.And(number);
                more = cursor.TryReadLine(out header);
                continue;
            }
            if (!cursor.TryReadLine(out var values))
                return cursor.AtEnd && IsHeader(header.Rest) ? result : result.And(number);
            if (!IsSameSection(header.Rest, values.Rest))
            {
                // These are not values, so they may be the header of the next section. Values without a header belong to a lost one.
                if (!IsHeader(header.Rest) || NameLength(values.Rest) == 0)
                    result = result.And(IsHeader(header.Rest) ? number + 1 : number);
                header = values;
                if (NameLength(values.Rest) > 0)
                    continue;
                number++;
                more = cursor.TryReadLine(out header);
                continue;
            }
            number++;
            if (!TryStore(Find(header.Rest, ref hint), values, slots))
                result = result.And(number);
            more = cursor.TryReadLine(out header);
        }
        return !cursor.AtEnd || number == 0 ? result.And(number + 1) : result;
    }

    /// <summary>Whether the words after the section name are field names.</summary>
    static bool IsHeader(ReadOnlySpan<byte> line)
    {
        var words = new Cursor(line[NameLength(line)..]);
        return !words.TryReadField(out var word) || !Cursor.TryParseInt64(word, out _);
    }

    static bool IsSameSection(ReadOnlySpan<byte> header, ReadOnlySpan<byte> values) =>
        NameLength(values) == NameLength(header) && values.StartsWith(header[..NameLength(header)]);

    Section Find(ReadOnlySpan<byte> header, ref int hint)
    {
        for (var i = 0; i < _sections.Count; i++)
        {
            var at = (hint + i) % _sections.Count;
            if (header.SequenceEqual(_sections[at].Header))
            {
                hint = at + 1;
                return _sections[at];
            }
        }
        return Learn(header);
    }

    static bool TryStore(Section section, Cursor values, Span<long> slots)
    {
        // Checks the count and every wanted number before the first store, so that a torn section leaves no trace.
        values.TryReadField(out _);
        var check = values;
        if (!check.TryReadField(out _))
            return true;
        check = values;
        foreach (var slot in section.Slots)
            if (!check.TryReadField(out var field) || (slot >= 0 && !Cursor.TryParseInt64(field, out _)))
                return false;
        if (check.TryReadField(out _))
            return false;
        foreach (var slot in section.Slots)
        {
            values.TryReadField(out var field);
            if (slot >= 0 && Cursor.TryParseInt64(field, out var value))
                Store(slots, slot, value);
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    Section Learn(ReadOnlySpan<byte> header)
    {
        var nameLength = NameLength(header);
        var fields = new Cursor(header[nameLength..]);
        var slots = new int[fields.CountFields()];
        var unknown = 0;
        for (var i = 0; fields.TryReadField(out var field); i++)
        {
            slots[i] = Map.SlotOf(header[..(nameLength - 1)], field);
            if (slots[i] < 0)
                unknown++;
        }

        for (var i = _sections.Count - 1; i >= 0; i--)
        {
            var old = _sections[i];
            if (old.NameLength == nameLength && header[..nameLength].SequenceEqual(old.Header.AsSpan(0, nameLength)))
                _sections.RemoveAt(i);
        }
        if (_sections.Count >= MaxSections)
            _sections.Clear();
        var section = new Section(header.ToArray(), nameLength, slots);
        _sections.Add(section);
        Unknown = 0;
        foreach (var known in _sections)
            foreach (var slot in known.Slots)
                Unknown += slot < 0 ? 1 : 0;
        return section;
    }

    /// <summary>The length of the section name with its colon, or 0 when the line does not begin with one.</summary>
    static int NameLength(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        return colon > 0 && line[..colon].IndexOfAny((byte)' ', (byte)'\t') < 0 ? colon + 1 : 0;
    }
}
