using System.Runtime.CompilerServices;
using System.Text;

namespace TcpAgent.Kernel;

/// <summary>
/// The wanted columns of /proc/net/dev. A column is named by its side and its word, "receive drop", because both sides of the header use
/// the same words.
/// </summary>
sealed class NetDevPlan(params string[] wanted)
{
    readonly byte[][] _wanted = Array.ConvertAll(wanted, Encoding.ASCII.GetBytes);
    byte[] _header = [];
    int[] _columns = [];

    internal int Width => _wanted.Length;

    /// <summary>For each column of the file, its place among the wanted ones, or -1.</summary>
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
