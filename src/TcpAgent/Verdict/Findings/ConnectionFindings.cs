using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Findings about what limits connections: loss on the path or here, and buffers that are too small.</summary>
static class ConnectionFindings
{
    internal static readonly FindingRule[] Rules =
    [
        new("path_loss", Finding.Warning, PathLoss, "Segments that this host sends are lost on the path or at the peer"),
        new("local_loss", Finding.Warning, Here, "Segments are lost on this host itself before they reach the network"),
        new("send_buffer_limits", Finding.Warning, SendBuffer, "Send buffers of this host limit connections"),
    ];

    static string? PathLoss(SampleView view) => LocalLoss.Find(view) is null && Worst(view, ConnectionWords.HasLoss) is { } one
        ? $"{ConnectionWords.Who(one)}: {ConnectionWords.Loss(one)}, and no queue, rule or device of this host dropped them: they are lost "
            + "on the path or at the peer. What the peer received twice is not counted. Compare destinations with tcp-agent peers: if all "
            + "are lossy, it is this host's link or the first hop (ip -s link show: errors; the switch port); if one is, it is the path to "
            + "it (mtr --tcp). Larger buffers make it worse."
        : null;

    static string? Here(SampleView view) => LocalLoss.Find(view) is { } place && Worst(view, ConnectionWords.HasLoss) is { } one
        ? $"{ConnectionWords.Who(one)}: {ConnectionWords.Loss(one)}, and in the same time {place}: they are lost here, not on the path."
        : null;

    /// <summary>
    /// The buffer must hold what is sent within a round trip. Whether the application fixed it cannot be seen, but whether the kernel could
    /// make it larger can.
    /// </summary>
    static string? SendBuffer(SampleView view)
    {
        if (Worst(view, ConnectionWords.IsLimitedBySendBuffer) is not { } one)
            return null;
        var needed = (long)((one.DeliveryRate ?? 0) * (one.RoundTrip ?? 0));
        var most = view[SysctlRows.TcpWmem[2]];
        var isBySystem = most is { } limit && needed * 2 >= limit;
        return $"{ConnectionWords.Who(one)}: the send buffer is full {ConnectionWords.Percent(one.SendBuffer)} of the time in which there "
            + $"is data to send, or more. A round trip of {ConnectionWords.Milliseconds(one.RoundTrip)} at the present rate takes "
            + $"{ConnectionWords.Bytes(needed)}. "
            + (isBySystem
                ? $"net.ipv4.tcp_wmem allows {ConnectionWords.Bytes(most!.Value)}, half of it for data: raise its third value."
                : "net.ipv4.tcp_wmem would allow more, so the application most likely fixed the buffer with SO_SNDBUF: leave it to the "
                    + "kernel, or set it to twice that.");
    }

    /// <summary>The largest group to which it applies.</summary>
    static ConnectionReport? Worst(SampleView view, Func<ConnectionReport, bool> applies)
    {
        foreach (var one in ConnectionReport.All(view))
            if (applies(one))
                return one;
        return null;
    }
}
