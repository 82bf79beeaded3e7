using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Explains the ports that NAT has for one destination.</summary>
static class NatAdvice
{
    internal static void Ports(ResourceReport report, SampleView view)
    {
        if (report.IsLossWithoutSaturation)
            Races(report);
        else
            Exhausted(report, view);
        var isTableFull = view[ResourceRows.State, ResourceCatalog.Conntrack.Instance] is (long)ResourceState.Limiting;
        if (view[Conntrack.Entries] is { } entries && view[Conntrack.Limit] is { } max && !isTableFull)
            report.Evidence.Add($"The tracking table is not full: {entries} of {max} entries.");
        if (view[RecentRows.ClashResolutions] is > 0 and var resolved)
            report.Evidence.Add(
                $"clash_resolve rose by {resolved}: two packets of one flow raced (mostly DNS queries), and the kernel resolved it without "
                + "loss. The figures above exclude them.");
        report.WillNotFix.Add("nf_conntrack_max: these packets had an entry. They lacked a port of their own.");
        report.WillNotFix.Add(
            "ip_local_port_range: NAT uses the ports of its rule, or 1024 to 65535 if the rule names none, for this host's own connections "
            + "too.");
    }

    static void Exhausted(ResourceReport report, SampleView view)
    {
        report.Evidence.Add(
            $"NAT ran out of ports: {report.Losses} packets that open a connection were dropped because every port tried for their "
            + "destination was taken (insert_failed and drop rose together).");
        report.Evidence.Add(
            "No counter names the rule or the destination. Other destinations still have all ports. Open connections are not affected.");
        report.Advice.Add(
            "Find the rule (nft list ruleset; iptables -t nat -S) and give it more to use: more source addresses (snat to "
            + "192.0.2.1-192.0.2.4) or, if it names a port range, a wider one. Each source address has the whole range for each "
            + "destination address and port.");
        report.Advice.Add("See which destination holds the ports, as root: conntrack -L --src-nat. conntrack -S shows insert_failed.");
        report.Advice.Add(
            "Open fewer connections to that destination: keep-alive and pooling in the clients, or more addresses or ports there.");
        if (view[SysctlRows.NfConntrackTcpTimeoutTimeWait] is { } timeWait && view[SysctlRows.NfConntrackUdpTimeout] is { } udp)
            report.Advice.Add(
                "If most of them are already closed, free ports sooner: a closed TCP connection keeps its port for "
                + $"nf_conntrack_tcp_timeout_time_wait ({timeWait} s), a UDP flow for nf_conntrack_udp_timeout ({udp} s; with answers "
                + $"nf_conntrack_udp_timeout_stream{Seconds(view[SysctlRows.NfConntrackUdpTimeoutStream])}).");
        report.Advice.Add(
            "random-fully on the rule (nft: fully-random) keeps connections that start together from choosing the same port. It adds no "
            + "ports. In a wide range the kernel gives up after about 200 tries, so losses begin before the last port is taken.");
        report.WillNotFix.Add("single-request-reopen or a local resolver: they help racing DNS queries, not a shortage of ports.");
    }

    /// <summary>The losses are too few to mean a shortage: if ports ran out, every new connection would fail again and again.</summary>
    static void Races(ResourceReport report)
    {
        report.Evidence.Add(
            $"{report.Losses} packets that open a connection were dropped when their entry was inserted (insert_failed and drop rose "
            + "together): two connections chose the same port, or two packets of one flow raced.");
        report.Evidence.Add("That is too few to mean a shortage of ports.");
        report.Advice.Add(
            "Set random-fully on the NAT rule (nft: fully-random), so that connections that start together do not choose the same port.");
        report.Advice.Add("For DNS queries that race on old kernels: single-request-reopen in resolv.conf, or a local resolver.");
    }

    static string Seconds(long? timeout) => timeout is { } known ? $", {known} s" : "";
}
