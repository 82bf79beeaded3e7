using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>What to say of the ports that NAT has for one destination.</summary>
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
                $"clash_resolve rose by {resolved}: races of two packets of one flow (DNS queries, mostly), which the kernel settled "
                + "without loss. They are not counted above.");
        report.WillNotFix.Add("nf_conntrack_max: these packets had an entry. What they lacked was a port of their own.");
        report.WillNotFix.Add(
            "ip_local_port_range: NAT takes the ports of its rule, or without any 1024 to 65535, for this host's own connections too.");
    }

    static void Exhausted(ResourceReport report, SampleView view)
    {
        report.Evidence.Add(
            $"NAT ran out of ports: {report.Losses} packets that begin a connection were dropped, because every port tried for their "
            + "destination was taken (insert_failed and drop rose together).");
        report.Evidence.Add(
            "No counter names the rule or the destination. Other destinations still have all ports. Open connections go on.");
        report.Advice.Add(
            "Find the rule (nft list ruleset; iptables -t nat -S) and widen what it may use: more source addresses (snat to "
            + "192.0.2.1-192.0.2.4) or, if it names a port range, a wider one. Each address has the whole range once for each "
            + "destination address and port.");
        report.Advice.Add("See which destination holds the ports, as root: conntrack -L --src-nat. conntrack -S shows insert_failed.");
        report.Advice.Add(
            "Open fewer connections to that destination: keep-alive and pooling in the clients, or more addresses or ports there.");
        if (view[SysctlRows.NfConntrackTcpTimeoutTimeWait] is { } timeWait && view[SysctlRows.NfConntrackUdpTimeout] is { } udp)
            report.Advice.Add(
                "If most of them are closed already, give ports back sooner: a closed TCP connection keeps its port for "
                + $"nf_conntrack_tcp_timeout_time_wait ({timeWait} s), a UDP flow for nf_conntrack_udp_timeout ({udp} s; with answers "
                + $"nf_conntrack_udp_timeout_stream{Seconds(view[SysctlRows.NfConntrackUdpTimeoutStream])}).");
        report.Advice.Add(
            "random-fully on the rule (nft: fully-random) keeps connections that begin at once from choosing the same port. It adds "
            + "none. In a wide range the kernel gives up after some 200 tries, so losses begin before the last port is taken.");
        report.WillNotFix.Add("single-request-reopen or a local resolver: they help DNS queries that race, not a lack of ports.");
    }

    /// <summary>Too few to say that ports are short: then every new connection fails, again and again.</summary>
    static void Races(ResourceReport report)
    {
        report.Evidence.Add(
            $"{report.Losses} packets that begin a connection were dropped when their entry was inserted (insert_failed and drop rose "
            + "together): two chose the same port, or two packets of one flow raced.");
        report.Evidence.Add("That is too few to say that its ports are short.");
        report.Advice.Add(
            "Set random-fully on the NAT rule (nft: fully-random), so that connections that begin at once do not choose the same port.");
        report.Advice.Add("For DNS queries that race on old kernels: single-request-reopen in resolv.conf, or a local resolver.");
    }

    static string Seconds(long? timeout) => timeout is { } known ? $", {known} s" : "";
}
