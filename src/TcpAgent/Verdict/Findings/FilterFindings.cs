using System.Globalization;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>
/// Findings about packets that rules of this host drop: its packet filter, rp_filter, tc filters, XDP and policies. A rule may be what
/// somebody wants, so none of them calls it a fault.
/// </summary>
static class FilterFindings
{
    /// <summary>Packets a second below which a rule is not worth a word: a firewall on the internet always drops a few scans.</summary>
    const double FewPerSecond = 10;

    internal static readonly FindingRule[] Rules =
    [
        new("packet_filter_input", Finding.Warning, view =>
            Drops(view, DropStages.FilterInput, 0.01, "that this host received") is { } drops
            ? $"{drops} ended before any socket saw them, and no error counter of IP has them. Most likely a rule of this host's packet "
            + "filter takes them away (nftables, iptables, firewalld), else a blackhole or prohibit route, SYNPROXY or an IPsec policy. A "
            + "firewall that keeps strangers out does just this. If clients wait for an answer, see which counter rises: nft list ruleset "
            + "(a rule counts if it says counter), iptables -nvL; nft monitor trace shows the rule of each packet. IPv4 multicast to "
            + "groups that nobody here has joined ends the same way, and IPv6 fragments that connection tracking joins look the same."
            : null, "Packets that this host receives end before any socket, most likely by a rule of its packet filter"),
        new("packet_filter_output", Finding.Warning, view =>
            Drops(view, DropStages.FilterOutput, 0.01, "this host sends or routes") is { } drops
            ? $"{drops} were taken away before they reached a device: by a rule of this host in the output, forward or postrouting chain "
            + "of its packet filter (nftables, iptables, firewalld), or by a BPF program on a cgroup. If it is meant so, all is well. If "
            + "not, see which counter rises: nft list ruleset, iptables -nvL OUTPUT, iptables -nvL FORWARD; bpftool cgroup tree."
            : null, "Packets that this host sends or forwards end before any device, most likely by a rule of its packet filter"),
        new("rp_filter_drops", Finding.Warning, view =>
            Drops(view, DropStages.RpFilter, 0.001, "of IPv4 that this host received") is { } drops
            ? $"{drops} were dropped by the reverse path filter (rp_filter): the route back to their source leads through another "
            + "interface than they came by, or there is none. Against forged sources that is its task; with asymmetric routing it shuts "
            + "out clients. Compare ip route get SOURCE with the interface they come by (log_martians names both). "
            + "net.ipv4.conf.DEVICE.rp_filter=2 takes any source that has a route at all; of the value for all and that of the device the "
            + "higher is in force."
            : null, "The reverse path filter of this host (rp_filter) drops packets that it receives"),
        new("tc_ingress_drops", Finding.Warning, view => Drops(view, DropStages.TcIngress, 0.001, "that came to a tc filter") is { } drops
            ? $"{drops} were dropped there, at the clsact or ingress hook{Hook(view)}: by a policer, a BPF program (Cilium, DDoS "
            + "protection) or a drop action, before the IP layer. Shapers and protections do that by design. The counters of each filter: "
            + "tc -s filter show dev DEVICE ingress (and egress)."
            : null, "A tc filter of this host drops packets"),
        new(
            "policy_drops", Finding.Warning, PolicyDrops,
            "A policy on a socket or cgroup of this host, most likely a BPF program, drops what a listener is sent"),
        new("xdp_attached", Finding.Info, XdpAttached),
    ];

    /// <summary>"N of M packets WHICH (R a second)"; null where there are too few, alone or beside all the others.</summary>
    static string? Drops(SampleView view, DropStage stage, double leastShare, string which)
    {
        if (view[DropRows.Recent, stage.Instance] is not { } dropped || view[DropRows.RecentPassed, stage.Instance] is not { } passed
            || view[RecentRows.Covered] is not { } time)
            return null;
        var perSecond = dropped / (Math.Max(time, 1) / 1e9);
        return perSecond < FewPerSecond || dropped < leastShare * passed ? null
            : string.Create(
                CultureInfo.InvariantCulture, $"{dropped} of {Math.Max(passed, dropped)} packets {which} ({perSecond:0.#} a second)");
    }

    /// <summary>Where most was dropped since boot: of one device alone no recent sum is kept.</summary>
    static string Hook(SampleView view)
    {
        var (most, name) = (0L, "");
        foreach (var (device, dropped) in view.Instances(IngressHooks.Dropped))
            if (dropped > most)
                (most, name) = (dropped, device.Subject);
        return name.Length == 0 ? "" : $" of {name}";
    }

    /// <summary>
    /// What a listener drops and the host's ListenDrops does not have: a filter took it at the socket, or it belonged to no handshake. What
    /// half-open connections drop in the course of things is taken off, wherever it was.
    /// </summary>
    static string? PolicyDrops(SampleView view)
    {
        if (view[RecentRows.ListenDrops] is not (>= 0 and <= ListenerFindings.Few) || view[RecentRows.HandshakesRefused] is not { } refused)
            return null;
        var (most, name) = (ListenerFindings.Few + refused, "");
        foreach (var (instance, drops) in view.Instances(ListenerRows.RecentDrops))
            if (drops > most)
                (most, name) = (drops, instance.Subject);
        return name.Length == 0 ? null
            : $"{name} dropped {most} packets, and neither its queues nor the handshakes account for them: a BPF program on its cgroup "
            + "(systemd IPAddressDeny or IPAddressAllow, a container's network policy) or a socket filter drops what it is sent, by design "
            + "or not. bpftool cgroup tree and systemctl show UNIT -p IPAddressDeny -p IPIngressFilterPath name it. Scans with segments of "
            + "no connection count here too.";
    }

    static string? XdpAttached(SampleView view)
    {
        var (count, names) = (0, "");
        foreach (var (device, attached) in view.Instances(Devices.XdpAttached))
            if (attached > 0 && ++count <= 3)
                names += (count == 1 ? "" : ", ") + device.Subject;
        return count == 0 ? null
            : $"An XDP program is attached to {names}{(count > 3 ? ", ..." : "")}: what it drops is in no counter of the kernel, and "
            + "nothing above it sees those packets. If packets arrive at the wire and not here, ask the program: ip -d link show, bpftool "
            + "net.";
    }
}
