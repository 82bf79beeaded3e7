namespace TcpAgent.Kernel;

/// <summary>The kernel's CPU list format, "0,2-3" (lib/bitmap-str.c, bitmap_print_to_pagebuf).</summary>
static class CpuList
{
    /// <summary>Writes the ids in order and returns how many there are, or -1 when the text is not a list or does not fit.</summary>
    internal static int Parse(ReadOnlySpan<byte> text, Span<int> ids)
    {
        var count = 0;
        var rest = text.TrimEnd((byte)'\n');
        while (!rest.IsEmpty)
        {
            var comma = rest.IndexOf((byte)',');
            var range = comma < 0 ? rest : rest[..comma];
            rest = comma < 0 ? default : rest[(comma + 1)..];
            var dash = range.IndexOf((byte)'-');
            if (!Cursor.TryParseInt64(dash < 0 ? range : range[..dash], out var first) || first < 0)
                return -1;
            var last = first;
            if (dash >= 0 && !Cursor.TryParseInt64(range[(dash + 1)..], out last))
                return -1;
            if (last < first || last > int.MaxValue || last - first >= ids.Length - count)
                return -1;
            for (var id = first; id <= last; id++)
                ids[count++] = (int)id;
        }
        return count;
    }
}
