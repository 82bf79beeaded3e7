using System.Globalization;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>
/// Findings about packets that rules of this host drop: its packet filter, rp_filter, tc filters, XDP and policies. A rule may be intended,
/// so no finding calls it a fault.
/// </summary>
static class FilterFindings
{
    /// <summary>Fewer packets per second than this are not reported: a firewall on the internet always drops a few scans.</summary>
    const double FewPerSecond = 10;

    internal static readonly FindingRule[] Rules =
    [
        new("packet_filter_input", Finding.Warning, view =>
            Drops(view, DropStages.FilterInput, 0.01, "that this host received") is { } drops
            ? $"{drops} disappeared before any socket saw them, and no IP error counter includes them. Most likely a rule of this host's "
                + "packet filter drops them (nftables, iptables, firewalld); other causes are a blackhole or prohibit route, SYNPROXY or "
                + "an IPsec policy. A firewall that keeps strangers out does exactly this. If clients wait for an answer, see which "
                + "counter rises: nft list ruleset (a rule counts if it says counter), iptables -nvL; nft monitor trace shows the rule of "
                + "each packet. IPv4 multicast to groups that this host has not joined ends the same way, and IPv6 fragments that "
                + "connection tracking reassembles look the same."
            : null, "Packets that this host receives never reach a socket, most likely because of a rule of its packet filter"),
        new("packet_filter_output", Finding.Warning, view =>
            Drops(view, DropStages.FilterOutput, 0.01, "this host sends or routes") is { } drops
            ? $"{drops} were dropped before they reached a device: by a rule of this host in the output, forward or postrouting chain of "
                + "its packet filter (nftables, iptables, firewalld), or by a BPF program on a cgroup. If the rule is intended, nothing is "
                + "wrong. If not, see which counter rises: nft list ruleset, iptables -nvL OUTPUT, iptables -nvL FORWARD; bpftool cgroup "
                + "tree."
            : null, "Packets that this host sends or forwards never reach a device, most likely because of a rule of its packet filter"),
        new("rp_filter_drops", Finding.Warning, view =>
            Drops(view, DropStages.RpFilter, 0.001, "of IPv4 that this host received") is { } drops
            ? $"{drops} were dropped by the reverse path filter (rp_filter): the route back to their source leads through another "
                + "interface than the one they arrived on, or there is none. Against forged sources that is its purpose; with asymmetric "
                + "routing it shuts out clients. Compare ip route get SOURCE with the interface they arrive on (log_martians names both). "
                + "net.ipv4.conf.DEVICE.rp_filter=2 accepts any source that has a route at all; the kernel uses the higher of conf.all and "
                + "conf.DEVICE."
            : null, "The reverse path filter of this host (rp_filter) drops packets that it receives"),
        new("tc_ingress_drops", Finding.Warning, view => Drops(view, DropStages.TcIngress, 0.001, "that reached a tc filter") is { } drops
            ? $"{drops} were dropped there, at the clsact or ingress hook{Hook(view)}: by a policer, a BPF program (Cilium, DDoS "
            + "protection) or a drop action, before the IP layer. Policers and DDoS protection do that by design. To see the counters of "
            + "each filter: tc -s filter show dev DEVICE ingress (and egress)."
            : null, "A tc filter of this host drops packets"),
        new(
            "policy_drops", Finding.Warning, PolicyDrops,
            "A policy on a socket or cgroup of this host, most likely a BPF program, drops packets sent to a listener"),
        new("xdp_attached", Finding.Info, XdpAttached),
    ];

    /// <summary>Returns "N of M packets WHICH (R a second)", or null where the drops are too few, in number or as a share.</summary>
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

    /// <summary>The device that dropped most since boot: no recent sum per device is kept.</summary>
    static string Hook(SampleView view)
    {
        var (most, name) = (0L, "");
        foreach (var (device, dropped) in view.Instances(IngressHooks.Dropped))
            if (dropped > most)
                (most, name) = (dropped, device.Subject);
        return name.Length == 0 ? "" : $" of {name}";
    }

    /// <summary>
    /// Drops of a listener that the host's ListenDrops does not include: a filter at the socket dropped the packet, or it belonged to no
    /// handshake. Normal drops of half-open connections are subtracted, at whichever listener they were.
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
            : $"{name} dropped {most} packets, which neither its queues nor the handshakes explain: a BPF program on its cgroup (systemd "
            + "IPAddressDeny or IPAddressAllow, a container's network policy) or a socket filter drops packets sent to it, by design or "
            + "not. bpftool cgroup tree and systemctl show UNIT -p IPAddressDeny -p IPIngressFilterPath name it. Scans with segments that "
            + "belong to no connection count here too.";
    }

    static string? XdpAttached(SampleView view)
    {
        var (count, names) = (0, "");
        foreach (var (device, attached) in view.Instances(Devices.XdpAttached))
            if (attached > 0 && ++count <= 3)
                names += (count == 1 ? "" : ", ") + device.Subject;
        return count == 0 ? null
            : $"An XDP program is attached to {names}{(count > 3 ? ", ..." : "")}: no kernel counter includes what it drops, and nothing "
                + "above it sees those packets. If packets arrive on the wire but not here, inspect the program: ip -d link show, bpftool "
                + "net.";
    }
}
