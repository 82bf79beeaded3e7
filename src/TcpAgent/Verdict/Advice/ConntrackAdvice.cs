using TcpAgent.Kernel.Log;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Explains the connection tracking table. What fills it comes first, as far as counters prove it.</summary>
static class ConntrackAdvice
{
    /// <summary>An established timeout above this keeps many entries of connections that are long gone.</summary>
    const long LongTimeout = 86_400;

    const string TimeoutEstablished = "net.netfilter.nf_conntrack_tcp_timeout_established";

    internal static void Table(ResourceReport report, SampleView view)
    {
        if (report.IsLossWithoutSaturation)
        {
            NotFull(report, view);
            return;
        }
        TableAdvice.Full(report, view, "entries", "early_drop plus (drop minus insert_failed)");
        Logged(report, view);
        var flows = ConntrackFlows.Of(report.Peak ?? 0, view);
        Explain(report, view, flows);
        report.Advice.Add(
            $"{TableAdvice.Raise("net.netfilter.nf_conntrack_max", report.Limit)} on the host itself (an entry takes about 320 bytes); one "
            + "sysctl covers all namespaces.");
        if (view[Conntrack.Buckets] is { } buckets && report.Limit * 2 > buckets * 4)
            report.Advice.Add(
                $"Also raise net.netfilter.nf_conntrack_buckets from {buckets} to at least {report.Limit / 2}; otherwise lookups walk long "
                + "chains.");
        if (flows.Holder is not (ConntrackHolder.Udp or ConntrackHolder.ProbablyUdp))
            report.Advice.Add("Skip tracking where it is not needed: a notrack rule in the raw table for the load balancer's own port.");
        report.WillNotFix.Add("Anything in the application or its backlog: these packets never reach a socket.");
        report.WillNotFix.Add("A larger table under a flood of new flows: it fills too. Filter the flood before it is tracked.");
    }

    static bool Logged(ResourceReport report, SampleView view) =>
        KernelLogAdvice.Add(report, view, KernelEvent.ConntrackFull, "nf_conntrack: table full, dropping packet");

    static void NotFull(ResourceReport report, SampleView view)
    {
        report.Evidence.Add(
            $"{report.Losses} packets were dropped because no entry could be made for them, "
            + (report.Limit is null
                ? "and the table's limit is unknown."
                : $"but the table was never seen above {report.Peak} of {report.PeakLimit}: memory was short, or it was full between two "
                + "samples."));
        if (!Logged(report, view))
            report.Advice.Add(
                "If it continues, read the kernel log: \"nf_conntrack: table full\" means the limit, an allocation failure means memory.");
        report.WillNotFix.Add("More ports for NAT: this number excludes failed insertions, which count for nat_ports.");
    }

    static void Explain(ResourceReport report, SampleView view, in ConntrackFlows flows)
    {
        switch (flows.Holder)
        {
            case ConntrackHolder.OpenConnections:
                report.Evidence.Add(
                    $"{flows.Open} TCP connections of this host are established now (CurrEstab): live connections hold most entries.");
                report.WillNotFix.Add("Shorter timeouts: they drop entries of open connections, and connections through NAT then break.");
                break;
            case ConntrackHolder.PastConnections:
                report.Evidence.Add(
                    $"This host has seen {flows.Datagrams} UDP datagrams so far and has forwarded {flows.Forwarded} packets, too few "
                    + $"to hold the table: most entries are TCP connections, and {flows.Open ?? 0} are established now.");
                PastConnections(report, view);
                break;
            case ConntrackHolder.Udp:
                report.Evidence.Add(
                    $"This host has opened or accepted {flows.Connections} TCP connections so far and has forwarded {flows.Forwarded} "
                    + $"packets, too few to hold the table: most entries are UDP flows ({flows.Datagrams} datagrams so far).");
                Udp(report, view);
                break;
            case ConntrackHolder.ProbablyUdp:
                report.Evidence.Add(
                    $"While the agent watched, {view[RecentRows.UdpDatagrams]} UDP datagrams passed, {view[RecentRows.TcpOpens] ?? 0} TCP "
                    + $"connections began and {view[RecentRows.PacketsForwarded] ?? 0} packets were forwarded: UDP flows fill the table "
                    + "now. That proves nothing about older entries.");
                Udp(report, view);
                break;
            case ConntrackHolder.Unanswered:
                report.Evidence.Add(
                    $"This host has had {flows.Connections} TCP connections and {flows.Datagrams} UDP datagrams so far, too few to hold "
                    + "the table: most entries are handshakes that never completed (a SYN flood or a scan), or neither TCP nor UDP.");
                report.Advice.Add(
                    "See which hosts send (tcpdump -ni any 'tcp[tcpflags] == tcp-syn'; ss -tn state syn-recv). Drop those sources before "
                    + "they are tracked (raw table), or put SYNPROXY before the listener.");
                report.WillNotFix.Add("nf_conntrack_tcp_timeout_established: it applies to connections whose handshake completed.");
                break;
            default:
                Unknown(report, view, flows);
                break;
        }
    }

    static void Udp(ResourceReport report, SampleView view)
    {
        var (timeout, stream) = (view[SysctlRows.NfConntrackUdpTimeout], view[SysctlRows.NfConntrackUdpTimeoutStream]);
        report.Advice.Add(
            $"Expire UDP entries sooner: sysctl -w net.netfilter.nf_conntrack_udp_timeout=10{Now(timeout)} for flows without an answer; "
            + $"flows with answers stay for nf_conntrack_udp_timeout_stream{Now(stream)}.");
        report.Advice.Add(
            "Do not track a UDP service at all (DNS: a notrack rule in the raw table for its port, both ways). Drop a scan or flood there "
            + "too: tcpdump -ni any udp shows the senders.");
        report.WillNotFix.Add("nf_conntrack_tcp_timeout_established: no TCP timeout ends a UDP entry.");
    }

    /// <summary>
    /// The entries belong to connections that closed lately, or to ones whose end was never seen. The rate of new connections shows which.
    /// </summary>
    static void PastConnections(ResourceReport report, SampleView view)
    {
        var (opens, covered) = (view[RecentRows.TcpOpens] ?? 0, (view[RecentRows.Covered] ?? 0) / 1e9);
        if (view[SysctlRows.NfConntrackTcpTimeoutTimeWait] is { } timeWait && covered > 0 && opens / covered * timeWait >= report.Peak / 2)
        {
            report.Evidence.Add(FormattableString.Invariant(
                $"{opens / covered:0} connections a second begin, and each entry stays for {timeWait} s after the end."));
            report.Advice.Add(
                "Expire entries of closed connections sooner: sysctl -w "
                + $"net.netfilter.nf_conntrack_tcp_timeout_time_wait=30{Now(timeWait)}; or keep connections open and reuse them.");
        }
        else if (view[SysctlRows.NfConntrackTcpTimeoutEstablished] is >= LongTimeout and var timeout)
            report.Advice.Add(
                $"Entries of connections whose end was not seen stay for {Days(timeout)}: sysctl -w "
                + $"{TimeoutEstablished}=7440{Now(timeout)}, or what the longest idle connection needs.");
    }

    static void Unknown(ResourceReport report, SampleView view, in ConntrackFlows flows)
    {
        if (flows.Holder == ConntrackHolder.Forwarded)
            report.Evidence.Add(
                $"This host forwards ({view[RecentRows.PacketsForwarded] ?? 0} packets while the agent watched), so the table holds flows "
                + "of other hosts.");
        report.Evidence.Add(
            (flows.Open is { } open ? $"{open} TCP connections of this host are established now. " : "")
            + "Only root can see which protocol holds the entries.");
        report.Advice.Add(
            "Count the entries by protocol and state, as root; the next step depends on it: conntrack -L | awk '{print $1, $1 == \"tcp\" ? "
            + "$4 : \"\"}' | sort | uniq -c | sort -n");
        report.Advice.Add(
            $"If most are udp: a shorter nf_conntrack_udp_timeout{Now(view[SysctlRows.NfConntrackUdpTimeout])} and "
            + $"nf_conntrack_udp_timeout_stream{Now(view[SysctlRows.NfConntrackUdpTimeoutStream])}, or no tracking of that service. If "
            + "most are SYN_SENT or SYN_RECV, it is a scan or flood: drop it before it is tracked.");
        if (view[SysctlRows.NfConntrackTcpTimeoutEstablished] is >= LongTimeout and var timeout)
            report.Advice.Add(
                $"If most are ESTABLISHED and far more than are open, their end was not seen, and they stay for {Days(timeout)}: sysctl -w "
                + $"{TimeoutEstablished}=7440{Now(timeout)}, or what the longest idle connection needs.");
    }

    static string Now(long? seconds) => seconds is { } known ? $" (now {known} s)" : "";

    static string Days(long seconds) => FormattableString.Invariant($"{seconds / 86400.0:0.#} days");
}
