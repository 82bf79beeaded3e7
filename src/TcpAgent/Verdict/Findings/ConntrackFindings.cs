using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Findings about what connection tracking thinks of packets.</summary>
static class ConntrackFindings
{
    /// <summary>Fewer in the window, or in a second, are what scans and resets after the end leave on any host.</summary>
    const long Few = 20;

    const double FewInASecond = 2;

    /// <summary>One in this many packets received is noise of a busy host.</summary>
    const long Noise = 200;

    internal static readonly FindingRule[] Rules =
    [
        new("conntrack_invalid", Finding.Warning, Invalid,
            "Connection tracking calls packets invalid, and a rule of this host drops such packets"),
    ];

    static string? Invalid(SampleView view)
    {
        var seconds = (view[RecentRows.Covered] ?? 0) / 1e9;
        return view[RecentRows.ConntrackInvalid] is >= Few and var invalid && invalid >= FewInASecond * seconds
            && view[RecentRows.PacketsReceived] is { } received && invalid >= received / Noise
            && view[DropRows.Recent, DropStages.FilterInput.Instance] >= invalid / 2
            ? $"{invalid} packets were invalid to connection tracking (conntrack -S, invalid), of {received} received: they belong to "
              + "no connection that it knows, or lie outside its window. A rule on ct state invalid drops such packets; connections "
              + "that need them hang or are reset. Causes: asymmetric routing (this host sees one direction only), out-of-window "
              + "packets after the table was flushed or the path changed, SYN-ACKs and ACKs of spoofed clients, scans. "
              + $"{Liberal(view)}Look at the rule's counter (nft list ruleset) and at the packets (sysctl -w "
              + "net.netfilter.nf_conntrack_log_invalid=6)."
            : null;
    }

    static string Liberal(SampleView view) => view[SysctlRows.NfConntrackTcpBeLiberal] is 0
        ? "net.netfilter.nf_conntrack_tcp_be_liberal is 0; 1 takes what lies outside the window. "
        : "";
}
