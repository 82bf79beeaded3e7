namespace TcpAgent.Kernel.Log;

/// <summary>
/// A record of /dev/kmsg (kernel/printk/printk.c, info_print_ext_header): "6,339,5140900,-,caller=T1;text", a newline, and lines
/// " KEY=value" that begin with a space. The first number is facility and level; the kernel's own facility is 0, and it gives no other to
/// what a program writes into the log. The second is the sequence number. In the text each byte that is not printable is an escape, so a
/// newline ends it.
/// </summary>
readonly ref struct KernelRecord
{
    const long LevelsOfAFacility = 8;

    /// <summary>Rises by 1 with each record.</summary>
    internal long Sequence { get; private init; }

    /// <summary>Whether the kernel itself wrote it.</summary>
    internal bool IsKernel { get; private init; }

    internal ReadOnlySpan<byte> Text { get; private init; }

    /// <summary>False if it is torn or not in this format.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, out KernelRecord record)
    {
        record = default;
        var begin = bytes.IndexOf((byte)';') + 1;
        var end = bytes.IndexOf((byte)'\n');
        if (begin == 0 || end < begin)
            return false;
        var header = bytes[..begin];
        var comma = header.IndexOf((byte)',');
        if (comma < 0 || !Cursor.TryParseInt64(header[..comma], out var priority) || priority < 0)
            return false;
        header = header[(comma + 1)..];
        comma = header.IndexOf((byte)',');
        if (comma < 0 || !Cursor.TryParseInt64(header[..comma], out var sequence) || sequence < 0)
            return false;
        record = new KernelRecord { Sequence = sequence, IsKernel = priority < LevelsOfAFacility, Text = bytes[begin..end] };
        return true;
    }
}
