using System.Numerics;

namespace TcpAgent.Kernel;

/// <summary>A set of port numbers, 8 KiB whatever is in it.</summary>
sealed class PortSet
{
    const int WordBits = 64;

    readonly ulong[] _words = new ulong[(ushort.MaxValue + 1) / WordBits];

    internal void Clear() => _words.AsSpan().Clear();

    internal void Add(int port) => _words[port / WordBits] |= 1UL << (port % WordBits);

    internal bool Contains(int port) => (_words[port / WordBits] & (1UL << (port % WordBits))) != 0;

    /// <summary>How many of the ports from low to high, both included, are in the set.</summary>
    internal int CountWithin(int low, int high)
    {
        var count = 0;
        for (var word = low / WordBits; word <= high / WordBits; word++)
        {
            var bits = _words[word];
            if (word == low / WordBits)
                bits &= ulong.MaxValue << (low % WordBits);
            if (word == high / WordBits)
                bits &= ulong.MaxValue >> (WordBits - 1 - (high % WordBits));
            count += BitOperations.PopCount(bits);
        }
        return count;
    }

    /// <summary>
    /// Fills the set from "8080,9000-9010", as /proc/sys prints lists (kernel/sysctl.c, proc_do_large_bitmap); may be empty. False,
    /// and an empty set, for anything else.
    /// </summary>
    internal bool TryParse(ReadOnlySpan<byte> text)
    {
        Clear();
        text = text.TrimEnd((byte)'\n');
        while (!text.IsEmpty)
        {
            var comma = text.IndexOf((byte)',');
            if (comma == text.Length - 1 || !TryAdd(comma < 0 ? text : text[..comma]))
            {
                Clear();
                return false;
            }
            text = comma < 0 ? default : text[(comma + 1)..];
        }
        return true;
    }

    bool TryAdd(ReadOnlySpan<byte> range)
    {
        var dash = range.IndexOf((byte)'-');
        var isRange = dash >= 0;
        if (!Cursor.TryParseInt64(isRange ? range[..dash] : range, out var first) || first is < 0 or > ushort.MaxValue)
            return false;
        var last = first;
        if (isRange && (!Cursor.TryParseInt64(range[(dash + 1)..], out last) || last < first || last > ushort.MaxValue))
            return false;
        for (var port = first; port <= last; port++)
            Add((int)port);
        return true;
    }
}
