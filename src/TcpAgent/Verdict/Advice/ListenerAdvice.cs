using System.Globalization;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>What to say of a listener's two queues.</summary>
static class ListenerAdvice
{
    internal static void AcceptQueue(ResourceReport report, SampleView view)
    {
        report.WillNotFix.Add("Any backlog, if the application accepts more slowly than connections come: a longer queue then only fills later and makes clients wait longer.");
        report.WillNotFix.Add("tcp_max_syn_backlog and tcp_syncookies: they are about handshakes, and these connections are past theirs.");
        report.WillNotFix.Add("Settings of TIME_WAIT, conntrack or the port range: none of them bounds this queue.");
        var instance = report.Instance;
        if (report.Limit is not { } limit || report.Peak == 0)
        {
            report.Evidence.Add($"ListenOverflows rose by {report.Losses}: connections were dropped because an accept queue was full.");
            report.Evidence.Add(
                report.Limit is null
                    ? "Which one cannot be told: this kernel or namespace does not let the agent ask for the listeners' limits."
                    : "Which one cannot be told: no listener that is open now has dropped anything.");
            report.Advice.Add("See which listener's Recv-Q is above its Send-Q: ss -ltn");
            return;
        }
        report.Evidence.Add(
            report.State == ResourceState.Limiting
                ? $"Its queue reached {report.Peak} of {limit} and ListenOverflows rose by {report.Losses}: the kernel dropped SYNs or final ACKs of connections that were complete but for this."
                : $"Its queue reached {report.Peak} of {limit}; nothing was dropped yet.");
        if (view[Listeners.RecentDrops, instance] is > 0 and var drops)
            report.Evidence.Add($"This listener itself dropped {drops} packets meanwhile.");
        if (view[Listeners.OldestWait, instance] is > 0 and var wait)
            report.Evidence.Add($"The oldest waiting connection has waited {(wait / 1000.0).ToString("0.0", CultureInfo.InvariantCulture)} s for accept().");
        if (view[Listeners.Abandoned, instance] is > 0 and var abandoned)
            report.Evidence.Add($"{abandoned} of the waiting clients have already given up.");
        if (view[Listeners.SocketsOfOne, instance] is > 1 and var sockets)
            report.Evidence.Add($"{sockets} sockets share it by SO_REUSEPORT; the figures are of the fullest, so one worker may be stuck.");
        Backlog(report, view, limit);
    }

    /// <summary>First the knob that is in force: the limit was fixed at listen(2), as the least of what was asked and somaxconn.</summary>
    static void Backlog(ResourceReport report, SampleView view, long limit)
    {
        var process = report.Instance is EndpointInstance { Endpoint.Port: var port } ? $"ss -ltnp 'sport = :{port}'" : "ss -ltnp";
        var accept = $"See why the application does not accept: workers all busy, a lock, a slow backend, too few of them ({process} names the process).";
        if (view[SysctlRows.Somaxconn] is not (>= 0 and var somaxconn))
        {
            report.Advice.Add(accept);
            return;
        }
        if (limit < somaxconn)
        {
            report.Evidence.Add($"net.core.somaxconn is {somaxconn}, so the limit of {limit} is the backlog that the application gave to listen(2), or somaxconn as it was then.");
            report.Advice.Add(
                $"Raise the application's listen backlog above {limit}, up to {somaxconn} takes effect (nginx: listen ... backlog=N; Apache: ListenBacklog; "
                + "HAProxy: backlog; Go: always somaxconn), and make it listen anew.");
            report.Advice.Add("If it asks for more already, it has listened since before somaxconn was raised: restart it. An open listener keeps its limit.");
            report.Advice.Add(accept);
            report.WillNotFix.Add($"Raising net.core.somaxconn: it is {somaxconn} already and not what holds this listener at {limit}.");
            return;
        }
        report.Evidence.Add(
            limit == somaxconn
                ? $"The limit of {limit} is net.core.somaxconn: the application asked for as much or more."
                : $"The limit of {limit} is from a time when net.core.somaxconn was higher than its present {somaxconn}.");
        report.Advice.Add(
            $"sysctl -w net.core.somaxconn={Roomier(limit)} in this network namespace, then restart the application or make it listen anew: an open listener "
            + $"keeps its limit. If it asks listen(2) for {limit} itself, raise that too.");
        report.Advice.Add(accept);
    }

    internal static void SynQueue(ResourceReport report, SampleView view)
    {
        var cookies = view[SysctlRows.TcpSyncookies];
        if (report.Peak == 0)
            report.Evidence.Add("Which listener's it is cannot be told yet: the last walk of the sockets found no half-open connection at any.");
        else if (report.Limit is { } limit)
            report.Evidence.Add($"It has had {report.Peak} half-open connections (SYN_RECV) of the {limit} it may have.");
        if (report.Losses > 0)
            report.Evidence.Add(
                cookies == 0
                    ? $"{report.Losses} SYNs were dropped for want of room, and tcp_syncookies is 0."
                    : $"{report.Losses} SYNs found the queue full and were answered by SYN cookies: served, but without window scaling or SACK unless timestamps are on.");
        if (view[NetstatRows.SyncookiesSent] is > 0 and var sent && view[NetstatRows.SyncookiesRecv] is { } received)
            report.Evidence.Add($"Since boot {sent} cookies were sent and {received} came back. Few coming back means spoofed senders, many means a real rush.");
        if (report.State != ResourceState.Limiting)
            report.Evidence.Add("Nothing was lost or answered by cookies yet.");
        if (cookies == 0)
            report.Advice.Add("sysctl -w net.ipv4.tcp_syncookies=1: a full queue then costs no connection.");
        if (cookies == 0 && CapOfMaxSynBacklog(report, view) is { } cap)
            report.Advice.Add($"Or raise net.ipv4.tcp_max_syn_backlog: without cookies three quarters of it ({cap}) is in force here, below the listener's own backlog.");
        report.Advice.Add("Look at who sends the SYNs (ss -tn state syn-recv): many sources that never answer is a flood, to be filtered upstream.");
        report.Advice.Add("For a real rush raise the application's listen backlog (and somaxconn, if that is lower) and make it listen anew: the SYN queue has the same limit.");
        if (view[SysctlRows.TcpSynackRetries] is > 2 and var retries)
            report.Advice.Add($"sysctl -w net.ipv4.tcp_synack_retries=2: at {retries} a SYN without answer holds its place for about {(2 << (int)Math.Min(retries, 16)) - 1} s.");
        report.WillNotFix.Add("A larger queue against a flood: it fills as well, within moments.");
        report.WillNotFix.Add("More workers or a faster accept(): these connections have not reached the application.");
        if (cookies != 0)
            report.WillNotFix.Add("tcp_max_syn_backlog: with SYN cookies on it bounds nothing, the listener's backlog does.");
    }

    static long? CapOfMaxSynBacklog(ResourceReport report, SampleView view) =>
        view[SysctlRows.TcpMaxSynBacklog] is { } max && report.Limit == max - (max >> 2) ? report.Limit : null;

    static long Roomier(long limit) => Math.Clamp(limit * 2, 4096, int.MaxValue);
}
