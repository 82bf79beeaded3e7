namespace TcpAgent.Kernel.Log;

/// <summary>
/// Recognizes lines of the kernel's network code by their beginning. A line about a crash begins with the name of the program, which is
/// whatever its user likes, but no longer than 15 bytes. Each beginning is longer.
/// </summary>
static class KernelMessage
{
    /// <param name="text">The text of a record that the kernel itself wrote.</param>
    /// <param name="number">The port of SYN flooding, or the number of lines that were suppressed; else 0.</param>
    internal static KernelEvent Classify(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        if (TryCut(ref text, "TCP: "u8))
            return OfTcp(text, out number);
        if (TryCut(ref text, "net_ratelimit: "u8))
            return Suppressed(text, out number);
        if (TryCut(ref text, "neighbour: "u8))
            return text.StartsWith("arp_cache: neighbor table overflow!"u8) ? KernelEvent.NeighbourV4Overflow
                : text.StartsWith("ndisc_cache: neighbor table overflow!"u8) ? KernelEvent.NeighbourV6Overflow
                : KernelEvent.None;
        if (TryCut(ref text, "nf_conntrack: "u8))
        {
            // Newer kernels print the module's name twice, and the newest the namespace: "table full in netns 4026532246, dropping packet".
            TryCut(ref text, "nf_conntrack: "u8);
            return text.StartsWith("table full"u8) ? KernelEvent.ConntrackFull : KernelEvent.None;
        }
        return text.StartsWith("Route cache is full: "u8) ? KernelEvent.RouteCacheFull
            : IsPromiscuous(text) ? KernelEvent.PromiscuousMode
            : KernelEvent.None;
    }

    static bool TryCut(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> beginning)
    {
        if (!text.StartsWith(beginning))
            return false;
        text = text[beginning.Length..];
        return true;
    }

    static KernelEvent OfTcp(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        if (text.StartsWith("out of memory -- consider tuning tcp_mem"u8))
            return KernelEvent.TcpOutOfMemory;
        if (text.StartsWith("too many orphaned sockets"u8))
            return KernelEvent.TooManyOrphans;
        if (text.StartsWith("time wait bucket table overflow"u8))
            return KernelEvent.TimeWaitOverflow;
        if (!text.StartsWith("Possible"u8) && text.IndexOf(": "u8) is >= 0 and var name)
            text = text[(name + 2)..];
        return TryCut(ref text, "Possible SYN flooding on port "u8) && TryReadPort(text, out number) ? KernelEvent.SynFlooding
            : KernelEvent.None;
    }

    /// <summary>
    /// "8080. Sending cookies.  Check SNMP counters."; newer kernels print the address too: "10.0.0.1:8080. Dropping request.",
    /// "[::]:8080. Sending cookies.".
    /// </summary>
    static bool TryReadPort(ReadOnlySpan<byte> text, out int port)
    {
        port = 0;
        var end = text.IndexOf(". "u8);
        if (end < 0)
            return false;
        text = text[..end];
        if (!Cursor.TryParseInt64(text[(text.LastIndexOf((byte)':') + 1)..], out var value) || value is <= 0 or > ushort.MaxValue)
            return false;
        port = (int)value;
        return true;
    }

    static KernelEvent Suppressed(ReadOnlySpan<byte> text, out int count)
    {
        count = 0;
        var end = text.IndexOf(" callbacks suppressed"u8);
        if (end < 0 || !Cursor.TryParseInt64(text[..end], out var value) || value is <= 0 or > int.MaxValue)
            return KernelEvent.None;
        count = (int)value;
        return KernelEvent.Suppressed;
    }

    /// <summary>"device eth0 entered promiscuous mode"; newer kernels: "eth0: entered ...", perhaps after the driver's name.</summary>
    static bool IsPromiscuous(ReadOnlySpan<byte> text)
    {
        var name = text.Length - " entered promiscuous mode"u8.Length;
        return name > 0 && text.EndsWith(" entered promiscuous mode"u8) && (text[name - 1] == ':' || text.StartsWith("device "u8));
    }
}
