using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>
/// Explains a SYN queue. The cause comes first: clients that sent no data, SYN-ACKs without an answer, or more handshakes than the backlog
/// holds. It judges what happened within the window, not the sysctls of now.
/// </summary>
static class SynQueueAdvice
{
    /// <summary>This few source addresses are rather clients behind one faulty path than a flood.</summary>
    const long FewSources = 8;

    internal static void Explain(ResourceReport report, SampleView view)
    {
        var setting = view[SysctlRows.TcpSyncookies];
        var isDeferred = Room(report, view, setting);
        var advice = report.Advice;
        if (isDeferred)
            advice.Add(
                "Look at TCP_DEFER_ACCEPT (nginx: deferred; Apache: AcceptFilter; HAProxy: defer-accept): it keeps connections half-open "
                + "until their clients send data. Turn it off, or shorten its timeout, where clients connect in advance.");
        if (setting == 0)
            advice.Add("sysctl -w net.ipv4.tcp_syncookies=1: a full queue then loses no connection.");
        if (setting == 0 && CapOfMaxSynBacklog(report, view) is { } cap)
            advice.Add(
                $"Or raise net.ipv4.tcp_max_syn_backlog: without cookies three quarters of it ({cap}) is the limit here, which is below "
                + "the listener's own backlog.");
        Cause(report, view, isDeferred);
        if (view[SysctlRows.TcpSynackRetries] is > 2 and var retries && !isDeferred)
            advice.Add(
                $"sysctl -w net.ipv4.tcp_synack_retries=2: at {retries} an unanswered SYN-ACK holds its place for about "
                + $"{(2 << (int)Math.Min(retries, 16)) - 1} s.");
        report.WillNotFix.Add("A larger queue against a flood: it fills too, within moments.");
        report.WillNotFix.Add("More workers or a faster accept(): these connections have not reached the application.");
        if (setting != 0)
            report.WillNotFix.Add("tcp_max_syn_backlog: with SYN cookies on it limits nothing. The listener's backlog does.");
    }

    /// <summary>Says how full the queue was and what became of the SYNs. True when TCP_DEFER_ACCEPT keeps the queue full.</summary>
    static bool Room(ResourceReport report, SampleView view, long? setting)
    {
        var evidence = report.Evidence;
        if (report.Peak == 0)
            evidence.Add("The listener cannot be identified yet: the last socket walk found no half-open connections.");
        else if (report.PeakLimit is { } limit)
            evidence.Add($"Its SYN queue reached {report.Peak} of {limit} half-open connections (SYN_RECV).");
        var losses = report.Losses ?? 0;
        var answered = Math.Min(losses, view[RecentRows.AnsweredByCookies] ?? (setting == 0 ? 0 : losses));
        if (losses > answered)
            evidence.Add(
                $"{losses - answered} SYNs were dropped for lack of room: no cookies were sent"
                + (setting == 0 ? ", tcp_syncookies is 0." : " for them, though tcp_syncookies is on now."));
        if (answered > 0)
            evidence.Add(
                $"{answered} SYNs found the queue full and were answered with SYN cookies: these clients are served, but without window "
                + "scaling or SACK unless timestamps are on.");
        if (view[RecentRows.CookiesSent] is > 0 and var sent && view[RecentRows.CookiesReturned] is { } returned)
            evidence.Add(
                $"{returned} of {sent} cookies sent came back: "
                + (IsRush(view)
                    ? "clients do answer, but more arrive at once than the queue holds."
                    : "most senders do not get the SYN-ACK, or do not answer it."));
        if (report.State != ResourceState.Limiting)
            evidence.Add(Undropped.Within(report, view));
        KernelLogAdvice.AddFlooding(report, view);
        var deferred = view[ListenerRows.PeakDeferred, report.Instance] ?? 0;
        var isDeferred = deferred >= AcceptDelay.Few && deferred > (view[ListenerRows.PeakRetried, report.Instance] ?? 0);
        if (isDeferred)
            evidence.Add(
                $"{deferred} of the half-open connections completed their handshake and sent no data: TCP_DEFER_ACCEPT keeps them in the "
                + "queue"
                + (view[RecentRows.Deferred] is > 0 and var bare ? $" (TCPDeferAcceptDrop rose by {bare})." : "."));
        return isDeferred;
    }

    /// <summary>
    /// Names what fills the queue: a rush of clients, a return path that loses SYN-ACKs, or a flood. The most probable comes first.
    /// </summary>
    static void Cause(ResourceReport report, SampleView view, bool isDeferred)
    {
        const string Flood =
            "Look at the sources of the SYNs (ss -tn state syn-recv): many sources that never answer are a flood, to be filtered upstream.";
        const string WayBack = "Check the return path of the SYN-ACKs: if the sources are clients that you know, an asymmetric route, a "
            + "firewall or rp_filter on the way back drops them (tcpdump at both ends).";
        const string Rush = "For genuine load, raise the application's listen backlog (and somaxconn, if that is lower) and have it call "
            + "listen() again: the SYN queue has the same limit.";
        var (retried, sources) = (
            view[ListenerRows.Retried, report.Instance] ?? 0, view[ListenerRows.RetriedSources, report.Instance] ?? 0);
        if (retried > 0)
            report.Evidence.Add(
                $"{retried} of the half-open connections had their SYN-ACK sent again, still without an answer. They come from "
                + (sources == 1 ? "one address." : $"{(sources < 64 ? "about " : "more than ")}{sources} addresses."));
        if (isDeferred)
            report.Advice.Add(Rush);
        else if (IsRush(view))
            report.Advice.AddRange([Rush, Flood, WayBack]);
        else if (retried > 0 && sources <= FewSources)
            report.Advice.AddRange([WayBack, Flood, Rush]);
        else
            report.Advice.AddRange([Flood, WayBack, Rush]);
    }

    static bool IsRush(SampleView view) =>
        view[RecentRows.CookiesSent] is > 0 and var sent && view[RecentRows.CookiesReturned] is { } returned && 2 * returned >= sent;

    static long? CapOfMaxSynBacklog(ResourceReport report, SampleView view) =>
        view[SysctlRows.TcpMaxSynBacklog] is { } max && report.Limit == max - (max >> 2) ? report.Limit : null;
}
