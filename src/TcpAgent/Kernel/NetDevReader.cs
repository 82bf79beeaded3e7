using System.Runtime.CompilerServices;

namespace TcpAgent.Kernel;

/// <summary>
/// Which columns of /proc/net/dev are wanted. A column is named by its side and its word, "receive drop", because both sides
/// of the header use the same words.
/// </summary>
sealed class NetDevPlan(params string[] wanted)
{
    readonly byte[][] _wanted = Array.ConvertAll(wanted, System.Text.Encoding.ASCII.GetBytes);
    byte[] _header = [];
    int[] _columns = [];

    internal int Width => _wanted.Length;

    /// <summary>For each column of the file the place among the wanted ones, or -1.</summary>
    internal ReadOnlySpan<int> Columns(ReadOnlySpan<byte> header)
    {
        if (!header.SequenceEqual(_header))
            Learn(header);
        return _columns;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Learn(ReadOnlySpan<byte> header)
    {
        var columns = new List<int>();
        var first = header.IndexOf((byte)'|');
        var second = first < 0 ? -1 : header[(first + 1)..].IndexOf((byte)'|');
        if (second >= 0)
        {
            AddSide("receive "u8, header.Slice(first + 1, second), columns);
            AddSide("transmit "u8, header[(first + second + 2)..], columns);
        }
        _header = header.ToArray();
        _columns = [.. columns];
    }

    void AddSide(ReadOnlySpan<byte> side, ReadOnlySpan<byte> names, List<int> columns)
    {
        var cursor = new Cursor(names);
        while (cursor.TryReadField(out var name))
        {
            var place = -1;
            for (var i = 0; i < _wanted.Length; i++)
                if (_wanted[i].AsSpan().StartsWith(side) && name.SequenceEqual(_wanted[i].AsSpan(side.Length)))
                    place = i;
            columns.Add(place);
        }
    }
}

/// <summary>
/// /proc/net/dev (net/core/net-procfs.c, dev_seq_show). A name may contain colons and may touch its first number, so it ends
/// at the last colon. "drop" is rx_dropped plus rx_missed_errors; rx_nohandler is in none of the columns.
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

    /// <summary>The next device; <paramref name="values"/> has the plan's width, in the plan's order.</summary>
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
        values.Fill(long.MinValue);
        var colon = line.Rest.LastIndexOf((byte)':');
        name = colon > 0 ? line.Rest[..colon].Trim((byte)' ') : default;
        if (name.IsEmpty)
            return false;
        var fields = new Cursor(line.Rest[(colon + 1)..]);
        foreach (var place in _columns)
        {
            if (!fields.TryReadInt64(out var value) || value < 0)
                return false;
            if (place >= 0)
                values[place] = value;
        }
        return !fields.TryReadField(out _);
    }
}
