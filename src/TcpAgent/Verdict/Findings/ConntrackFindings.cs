using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Findings about packets that connection tracking calls invalid.</summary>
static class ConntrackFindings
{
    /// <summary>Fewer than this in the window, or per second, are normal: scans and late resets cause some on any host.</summary>
    const long Few = 20;

    const double FewInASecond = 2;

    /// <summary>On a busy host one invalid packet in this many is noise.</summary>
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
            ? $"{invalid} of {received} packets received were invalid to connection tracking (conntrack -S, invalid): they belong to no "
                + "known connection, or lie outside its window. A rule on ct state invalid drops such packets; connections that need them "
                + "hang or are reset. Causes: asymmetric routing (this host sees only one direction), out-of-window packets after the "
                + $"table was flushed or the path changed, SYN-ACKs and ACKs of spoofed clients, scans. {Liberal(view)}Look at the rule's "
                + "counter (nft list ruleset) and at the packets (sysctl -w net.netfilter.nf_conntrack_log_invalid=6)."
            : null;
    }

    static string Liberal(SampleView view) => view[SysctlRows.NfConntrackTcpBeLiberal] is 0
        ? "net.netfilter.nf_conntrack_tcp_be_liberal is 0; 1 accepts packets outside the window. "
        : "";
}
