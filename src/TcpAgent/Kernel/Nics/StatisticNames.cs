using System.Runtime.InteropServices;

namespace TcpAgent.Kernel.Nics;

/// <summary>
/// Finds the kind of each statistic of a driver by its name. Drivers name the same thing differently, and again for each queue:
/// "rx_queue_3_drops", "rx3_drops", "queue_3_rx_drops" and "[3]: rx_drops" are all rx_drops of queue 3.
/// </summary>
static class StatisticNames
{
    /// <summary>ETH_GSTRING_LEN: bytes of a name. A zero ends a shorter one.</summary>
    internal const int Length = 32;

    /// <summary>
    /// The names without numbers and without the word queue: by kind in the order of <see cref="NicStatistic"/>, each kind after a line of
    /// its own. There are fewer than 64.
    /// </summary>
    static ReadOnlySpan<byte> Known =>
        "rx_missed_errors rx_missed rx_fifo_errors rx_out_of_buffer rx_overruns rx_no_dma_resources rx_nodesc_drops "u8
        + "port_rx_nodesc_drops rx_hw_drop_overruns rx_discards rx_discards_phy rx_no_free_desc rx_drops_no_pbuf "u8
        + "rxq_rx_drops_no_frags\n"u8
        + "rx_alloc_fail rx_alloc_failed rx_page_alloc_fail rx_skb_alloc_fail rx_pg_alloc_fail rx_buff_alloc_err rx_buf_alloc_fail "u8
        + "alloc_rx_buff_failed alloc_rx_page_failed rx_no_buffer rx_no_buffer_count rx_no_memory rx_no_bufs rx_oom_discards "u8
        + "rx_skb_alloc_discard\n"u8
        + "rx_drops rx_dropped rx_dropped_nic port_rx_dropped rx_hw_drops\n"u8
        + "tx_drops tx_dropped tx_hw_drops\n"u8
        + "tx_stop tx_stopped\n"u8
        + "bw_in_allowance_exceeded\nbw_out_allowance_exceeded\npps_allowance_exceeded\nconntrack_allowance_exceeded\n"u8
        + "linklocal_allowance_exceeded\nconntrack_allowance_available"u8;

    /// <summary>
    /// Sets the kind of each name. A driver that counts for each queue and in total too would count twice, so the queues are then left out.
    /// </summary>
    /// <param name="names">Names of <see cref="Length"/> bytes each.</param>
    /// <param name="kinds">One for each name.</param>
    internal static void Classify(ReadOnlySpan<byte> names, Span<NicStatistic> kinds)
    {
        // By the place of the name in the list.
        var totals = 0UL;
        for (var i = 0; i < kinds.Length; i++)
            if (Find(names.Slice(i * Length, Length), out var place, out var isOfQueue) != NicStatistic.None && !isOfQueue)
                totals |= 1UL << place;
        for (var i = 0; i < kinds.Length; i++)
        {
            var kind = Find(names.Slice(i * Length, Length), out var place, out var isOfQueue);
            kinds[i] = isOfQueue && (totals & (1UL << place)) != 0 ? NicStatistic.None : kind;
        }
    }

    /// <summary>Adds up the values by kind; a kind without a name stays <see cref="KernelValue.Absent"/>.</summary>
    /// <param name="values">A u64 for each name, in the same order.</param>
    /// <param name="kinds">The kinds of the names.</param>
    /// <param name="sums">One for each kind but <see cref="NicStatistic.None"/>.</param>
    internal static void Sum(ReadOnlySpan<byte> values, ReadOnlySpan<NicStatistic> kinds, Span<long> sums)
    {
        sums.Fill(KernelValue.Absent);
        var numbers = MemoryMarshal.Cast<byte, ulong>(values);
        for (var i = 0; i < Math.Min(kinds.Length, numbers.Length); i++)
        {
            if (kinds[i] == NicStatistic.None)
                continue;
            ref var sum = ref sums[(int)kinds[i] - 1];
            sum = (long)Math.Min(numbers[i], (ulong)(long.MaxValue - Math.Max(0, sum))) + Math.Max(0, sum);
        }
    }

    /// <param name="name">As the driver wrote it.</param>
    /// <param name="place">Which of the known names it is.</param>
    /// <param name="isOfQueue">Whether it has a number.</param>
    static NicStatistic Find(ReadOnlySpan<byte> name, out int place, out bool isOfQueue)
    {
        Span<byte> buffer = stackalloc byte[Length * 2];
        var wanted = Plain(name, buffer, out isOfQueue);
        (place, var kind) = (0, NicStatistic.ReceiveOverruns);
        for (var rest = Known; !wanted.IsEmpty && !rest.IsEmpty; place++)
        {
            var end = rest.IndexOfAny((byte)' ', (byte)'\n');
            var known = end < 0 ? rest : rest[..end];
            if (wanted.SequenceEqual(known))
                return kind;
            if (end >= 0 && rest[end] == '\n')
                kind++;
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        return NicStatistic.None;
    }

    /// <summary>The words of a name, joined by underscores, without its numbers and without "queue".</summary>
    static ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> name, Span<byte> buffer, out bool hasNumber)
    {
        (var length, hasNumber) = (0, false);
        if (name.IndexOf((byte)0) is >= 0 and var end)
            name = name[..end];
        while (!name.IsEmpty)
        {
            var letters = 0;
            while (letters < name.Length && char.IsAsciiLetter((char)name[letters]))
                letters++;
            var word = name[..letters];
            if (word.IsEmpty)
            {
                hasNumber |= char.IsAsciiDigit((char)name[0]);
                name = name[1..];
                continue;
            }
            name = name[word.Length..];
            if (word.SequenceEqual("queue"u8))
                continue;
            if (length > 0)
                buffer[length++] = (byte)'_';
            word.CopyTo(buffer[length..]);
            length += word.Length;
        }
        return buffer[..length];
    }
}
