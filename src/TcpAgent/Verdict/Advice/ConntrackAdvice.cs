using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>What to say of the connection tracking table: first who fills it, as far as counters prove that.</summary>
static class ConntrackAdvice
{
    /// <summary>A timeout of established connections beyond this keeps many that are long gone.</summary>
    const long LongTimeout = 86_400;

    const string TimeoutEstablished = "net.netfilter.nf_conntrack_tcp_timeout_established";

    internal static void Table(ResourceReport report, SampleView view)
    {
        if (report.IsLossWithoutSaturation)
        {
            NotFull(report);
            return;
        }
        TableAdvice.Full(report, "entries", "early_drop, and drop without insert_failed,");
        var flows = ConntrackFlows.Of(report.Peak ?? 0, view);
        Explain(report, view, flows);
        report.Advice.Add(
            $"{TableAdvice.Raise("net.netfilter.nf_conntrack_max", report.Limit)} on the host itself (an entry takes about 320 "
            + "bytes); it is one setting for all namespaces.");
        if (view[Conntrack.Buckets] is { } buckets && report.Limit * 2 > buckets * 4)
            report.Advice.Add(
                $"With it raise net.netfilter.nf_conntrack_buckets from {buckets} to at least {report.Limit / 2}, else lookups walk "
                + "long chains.");
        if (flows.Holder is not (ConntrackHolder.Udp or ConntrackHolder.ProbablyUdp))
            report.Advice.Add("Do not track what needs no tracking: a notrack rule in the raw table for the load balancer's own port.");
        report.WillNotFix.Add("Anything in the application or its backlog: these packets never reach a socket.");
        report.WillNotFix.Add("A larger table under a flood of new flows: it fills again; filter the flood before it is tracked.");
    }

    static void NotFull(ResourceReport report)
    {
        report.Evidence.Add(
            $"{report.Losses} packets were dropped because no entry could be made for them, "
            + (report.Limit is null
                ? "and the table's limit is not known."
                : $"but the table was never seen above {report.Peak} of {report.Limit}: memory was short, or it was full between two "
                + "samples."));
        report.Advice.Add(
            "If it goes on, look at the kernel's log: \"nf_conntrack: table full\" is the limit, an allocation failure is memory.");
        report.WillNotFix.Add("More ports for NAT: failed insertions are not in this number, nat_ports has them.");
    }

    static void Explain(ResourceReport report, SampleView view, in ConntrackFlows flows)
    {
        switch (flows.Holder)
        {
            case ConntrackHolder.OpenConnections:
                report.Evidence.Add(
                    $"{flows.Open} TCP connections of this host are established now (CurrEstab): live connections hold most of the "
                    + "entries.");
                report.WillNotFix.Add("Shorter timeouts: they cut connections that are open, and through NAT those break.");
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
                    $"{view[RecentRows.UdpDatagrams]} UDP datagrams passed in the watch, {view[RecentRows.TcpOpens] ?? 0} TCP "
                    + $"connections began and {view[RecentRows.PacketsForwarded] ?? 0} packets were forwarded: UDP flows are what "
                    + "fills it now. That proves nothing of older entries.");
                Udp(report, view);
                break;
            case ConntrackHolder.Unanswered:
                report.Evidence.Add(
                    $"This host has had {flows.Connections} TCP connections and {flows.Datagrams} UDP datagrams so far, too few to "
                    + "hold the table: most entries are handshakes that never ended (a SYN flood or a scan), or neither TCP nor UDP.");
                report.Advice.Add(
                    "See who sends (tcpdump -ni any 'tcp[tcpflags] == tcp-syn'; ss -tn state syn-recv). Drop those sources before "
                    + "they are tracked (raw table), or put SYNPROXY before the listener.");
                report.WillNotFix.Add("nf_conntrack_tcp_timeout_established: it is for connections whose handshake ended.");
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
            $"Let UDP entries go sooner: sysctl -w net.netfilter.nf_conntrack_udp_timeout=10{Now(timeout)} for flows without an "
            + $"answer; those with answers stay nf_conntrack_udp_timeout_stream{Now(stream)}.");
        report.Advice.Add(
            "Do not track a UDP service at all (DNS: a notrack rule in the raw table for its port, both ways). Drop a scan or flood "
            + "there too: tcpdump -ni any udp shows who sends.");
        report.WillNotFix.Add("nf_conntrack_tcp_timeout_established: no TCP timeout ends an entry of UDP.");
    }

    /// <summary>Connections that closed lately, or ones whose end was never seen: the rate of new ones tells which.</summary>
    static void PastConnections(ResourceReport report, SampleView view)
    {
        var (opens, covered) = (view[RecentRows.TcpOpens] ?? 0, (view[RecentRows.Covered] ?? 0) / 1e9);
        if (view[SysctlRows.NfConntrackTcpTimeoutTimeWait] is { } timeWait && covered > 0 && opens / covered * timeWait >= report.Peak / 2)
        {
            report.Evidence.Add(FormattableString.Invariant(
                $"{opens / covered:0} connections a second begin, and each entry stays {timeWait} s after the end."));
            report.Advice.Add(
                "Let entries of closed connections go sooner: sysctl -w "
                + $"net.netfilter.nf_conntrack_tcp_timeout_time_wait=30{Now(timeWait)}; or keep connections open and use them again.");
        }
        else if (view[SysctlRows.NfConntrackTcpTimeoutEstablished] is >= LongTimeout and var timeout)
            report.Advice.Add(
                $"Entries of connections whose end was not seen stay {Days(timeout)}: sysctl -w "
                + $"{TimeoutEstablished}=7440{Now(timeout)}, or what the longest idle connection needs.");
    }

    static void Unknown(ResourceReport report, SampleView view, in ConntrackFlows flows)
    {
        if (flows.Holder == ConntrackHolder.Forwarded)
            report.Evidence.Add(
                $"This host forwards ({view[RecentRows.PacketsForwarded] ?? 0} packets in the watch), so the table has flows of others.");
        report.Evidence.Add(
            (flows.Open is { } open ? $"{open} TCP connections of this host are established now. " : "")
            + "Only root can see which protocol holds the entries.");
        report.Advice.Add(
            "Count the entries by protocol and state, as root, for the rest depends on it: "
            + "conntrack -L | awk '{print $1, $1 == \"tcp\" ? $4 : \"\"}' | sort | uniq -c | sort -n");
        report.Advice.Add(
            $"If most are udp: a shorter nf_conntrack_udp_timeout{Now(view[SysctlRows.NfConntrackUdpTimeout])} and "
            + $"nf_conntrack_udp_timeout_stream{Now(view[SysctlRows.NfConntrackUdpTimeoutStream])}, or no tracking of that service. "
            + "If most are SYN_SENT or SYN_RECV: a scan or flood, to be dropped before it is tracked.");
        if (view[SysctlRows.NfConntrackTcpTimeoutEstablished] is >= LongTimeout and var timeout)
            report.Advice.Add(
                $"If most are ESTABLISHED and far more than are open, their end was not seen, and they stay {Days(timeout)}: sysctl "
                + $"-w {TimeoutEstablished}=7440{Now(timeout)}, or what the longest idle connection needs.");
    }

    static string Now(long? seconds) => seconds is { } known ? $" (now {known} s)" : "";

    static string Days(long seconds) => FormattableString.Invariant($"{seconds / 86400.0:0.#} days");
}
