using System.Numerics;

namespace TcpAgent.Kernel;

/// <summary>A set of ports in a fixed 8 KiB.</summary>
sealed class PortList
{
    const int Bits = 64;

    readonly ulong[] _words = new ulong[(ushort.MaxValue + 1) / Bits];

    /// <summary>Most lists are empty most of the time, and 8 KiB are not free of cost.</summary>
    internal bool IsEmpty { get; private set; } = true;

    internal void Clear()
    {
        if (!IsEmpty)
            _words.AsSpan().Clear();
        IsEmpty = true;
    }

    internal void Add(ushort port) => Add(port, port);

    internal void Add(ushort first, ushort last)
    {
        IsEmpty = false;
        for (var word = first / Bits; word <= last / Bits; word++)
            _words[word] |= Mask(word, first, last);
    }

    internal bool Contains(ushort port) => (_words[port / Bits] >> (port % Bits) & 1) != 0;

    internal int CountWithin(ushort first, ushort last)
    {
        var count = 0;
        if (IsEmpty)
            return count;
        for (var word = first / Bits; word <= last / Bits; word++)
            count += BitOperations.PopCount(_words[word] & Mask(word, first, last));
        return count;
    }

    /// <summary>
    /// Adds the ports of a kernel bitmap as /proc/sys prints it, "8080,9000-9010" or nothing, and a newline (kernel/sysctl.c,
    /// proc_do_large_bitmap). Returns false when the text is truncated or not such a list; some of its ports may then have been added.
    /// </summary>
    /// <param name="text">The text as read.</param>
    /// <param name="isWhole">Whether a text without a newline is known to be complete.</param>
    internal bool TryAdd(ReadOnlySpan<byte> text, bool isWhole = false)
    {
        var hasNewline = text.EndsWith("\n"u8);
        if (!hasNewline && !isWhole)
            return false;
        var rest = hasNewline ? text[..^1] : text;
        while (!rest.IsEmpty)
        {
            var comma = rest.IndexOf((byte)',');
            var range = comma < 0 ? rest : rest[..comma];
            var dash = range.IndexOf((byte)'-');
            if (!TryParsePort(dash < 0 ? range : range[..dash], out var first) || !TryParsePort(range[(dash + 1)..], out var last)
                || last < first || comma == rest.Length - 1)
                return false;
            Add(first, last);
            rest = comma < 0 ? default : rest[(comma + 1)..];
        }
        return true;
    }

    internal static bool TryParsePort(ReadOnlySpan<byte> field, out ushort port)
    {
        var valid = Cursor.TryParseInt64(field, out var value) && field[0] != '-' && value <= ushort.MaxValue;
        port = valid ? (ushort)value : (ushort)0;
        return valid;
    }

    /// <summary>The bits of one word for the ports from first to last.</summary>
    static ulong Mask(int word, int first, int last)
    {
        var (from, to) = (Math.Max(first - word * Bits, 0), Math.Min(last - word * Bits, Bits - 1));
        return ulong.MaxValue >> (Bits - 1 - to) & ulong.MaxValue << from;
    }
}
