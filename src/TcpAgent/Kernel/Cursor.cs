namespace TcpAgent.Kernel;

/// <summary>
/// A position in kernel text. Lines and fields are slices of the same buffer; every read checks the end in one place.
/// </summary>
ref struct Cursor(ReadOnlySpan<byte> text)
{
    ReadOnlySpan<byte> _rest = text;

    internal readonly bool AtEnd => _rest.IsEmpty;

    internal readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>
    /// The next line without its newline. The kernel ends every line with a newline, so a remainder without one is a torn line: it is not
    /// returned and <see cref="AtEnd"/> stays false.
    /// </summary>
    internal bool TryReadLine(out Cursor line)
    {
        var end = _rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            line = default;
            return false;
        }
        line = new Cursor(_rest[..end]);
        _rest = _rest[(end + 1)..];
        return true;
    }

    /// <summary>
    /// The line of a sysctl file. A file that was read to its end is complete even without a newline, which some kernels omit (gVisor's
    /// proc files). Returns false when nothing is left.
    /// </summary>
    internal bool TryReadSetting(out Cursor line)
    {
        if (TryReadLine(out line))
            return true;
        line = new Cursor(_rest);
        _rest = default;
        return !line.AtEnd;
    }

    /// <summary>The next run of bytes other than space and tab.</summary>
    internal bool TryReadField(out ReadOnlySpan<byte> field)
    {
        var start = _rest.IndexOfAnyExcept((byte)' ', (byte)'\t');
        if (start < 0)
        {
            _rest = default;
            field = default;
            return false;
        }
        var rest = _rest[start..];
        var length = rest.IndexOfAny((byte)' ', (byte)'\t');
        if (length < 0)
            length = rest.Length;
        field = rest[..length];
        _rest = rest[length..];
        return true;
    }

    internal bool TryReadInt64(out long value)
    {
        value = 0;
        return TryReadField(out var field) && TryParseInt64(field, out value);
    }

    internal bool TryReadHex(out ulong value)
    {
        value = 0;
        return TryReadField(out var field) && TryParseHex(field, out value);
    }

    internal readonly int CountFields()
    {
        var copy = this;
        var count = 0;
        while (copy.TryReadField(out _))
            count++;
        return count;
    }

    /// <summary>
    /// Reads a decimal number with an optional minus sign and clamps it to a long: a u64 above 2^63 becomes the largest long.
    /// </summary>
    internal static bool TryParseInt64(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        var negative = field.Length > 1 && field[0] == '-';
        var digits = negative ? field[1..] : field;
        if (digits.IsEmpty)
            return false;
        long sum = 0;
        foreach (var c in digits)
        {
            var digit = c - '0';
            if ((uint)digit > 9)
                return false;
            sum = sum > (long.MaxValue - digit) / 10 ? long.MaxValue : sum * 10 + digit;
        }
        value = negative ? -sum : sum;
        return true;
    }

    internal static bool TryParseHex(ReadOnlySpan<byte> field, out ulong value)
    {
        value = 0;
        if (field.IsEmpty || field.Length > 16)
            return false;
        ulong sum = 0;
        foreach (var c in field)
        {
            var digit = c switch
            {
                >= (byte)'0' and <= (byte)'9' => c - '0',
                >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
                _ => -1,
            };
            if (digit < 0)
                return false;
            sum = (sum << 4) | (uint)digit;
        }
        value = sum;
        return true;
    }
}
