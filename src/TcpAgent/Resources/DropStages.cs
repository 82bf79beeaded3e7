using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>The drop ledger, one row per stage, in packet order.</summary>
static class DropStages
{
    internal static readonly DropStage TcIngress = new(
        "tc_ingress", false, "a tc filter at the clsact or ingress hook of a device dropped it, as configured",
        w => Sum(w[IngressHooks.Dropped]))
    { Passed = w => Sum(w[IngressHooks.Packets]) };

    internal static readonly DropStage RpFilter = new(
        "rp_filter", false, "the return path to the sender leads through another interface (rp_filter)",
        w => Sum(w[NetstatRows.IPReversePathFilter]))
    { Passed = w => Sum(w[SnmpRows.IpInReceives]) };

    internal static readonly DropStage FilterInput = new(
        "filter_input", false, "received, then dropped by a rule of this host, usually its packet filter", FilterTally.Input)
    { Passed = w => Sum(w[SnmpRows.IpInReceives], w[Snmp6Rows.Ip6InReceives]) };

    internal static readonly DropStage FilterOutput = new(
        "filter_output", false, "to be sent or forwarded, then dropped by a rule of this host", FilterTally.Output)
    {
        Passed = w => Sum(
            w[SnmpRows.IpOutRequests], w[SnmpRows.IpForwDatagrams], w[Snmp6Rows.Ip6OutRequests], w[Snmp6Rows.Ip6OutForwDatagrams]),
    };

    internal static readonly DropStage Qdisc = new(
        "qdisc", true, "the qdisc was full, or dropped early to hold delay down", w => Sum(w[Qdiscs.Dropped]));

    internal static readonly DropStage DeviceTransmit = new(
        "device_transmit", true, "the driver could not send", w => Sum(w[Devices.TransmitDropped]));

    internal static readonly DropStage[] All =
    [
        new("nic_missed", true, "the host did not empty the receive ring in time", w => Sum(w[Devices.ReceiveMissed])),
        new("nic_fifo", true, "the device's own buffer overran", w => Sum(w[Devices.ReceiveFifoErrors])),
        new("softnet_backlog", true, "a CPU's backlog was full", w => new Tally(new(w[Softnet.Dropped]), new(w[Softnet.FlowLimit], -1))),
        new("flow_limit", true, "flow limit cut back a large flow on a half-full backlog", w => Sum(w[Softnet.FlowLimit])),
        new("device_dropped", false, "unknown protocol or VLAN, no memory, or full backlog; the kernel does not say which", w =>
            Sum(w[Devices.ReceiveDropped])),
        new("no_handler", false, "this host has no protocol handler for such packets", w => Sum(w[Devices.ReceiveNoHandler])),
        TcIngress,
        new("ip_input", true, "bad IP header, or no memory for the packet", w => Sum(
            w[SnmpRows.IpInHdrErrors], w[SnmpRows.IpInDiscards], w[Snmp6Rows.Ip6InHdrErrors], w[Snmp6Rows.Ip6InDiscards])),
        RpFilter,
        FilterInput,
        new("conntrack", true, "no tracking entry could be made, or NAT found no free port", w => Sum(w[Conntrack.Drops])),
        new("syn_queue", true, "the SYN queue was full and SYN cookies were off", w => Sum(w[NetstatRows.TCPReqQFullDrop])),
        new("accept_queue", true, "the accept queue was full when a SYN or final ACK arrived", w => Sum(w[NetstatRows.ListenOverflows])),
        new("socket_receive", true, "the receive buffer of a socket, or all socket memory, was full", SocketReceive),
        FilterOutput,
        Qdisc,
        DeviceTransmit,
    ];

    /// <summary>
    /// Counts each packet once. Since 4.19 TCPRcvQDrop and TCPOFODrop count segments without room, and RcvPruned counts most of them again,
    /// and some that are accepted. Before 4.19 only RcvPruned counts segments in order, and it includes those out of order
    /// (net/ipv4/tcp_input.c, tcp_try_rmem_schedule and its callers).
    /// </summary>
    static Tally SocketReceive(Wiring wiring)
    {
        var queueDrops = wiring[NetstatRows.TCPRcvQDrop];
        bool HasQueueDrops() => queueDrops is { Value: not KernelValue.Absent };
        return new Tally(
            new(wiring[NetstatRows.TCPRcvQDrop]),
            new(wiring[NetstatRows.TCPOFODrop], Counts: HasQueueDrops),
            new(wiring[NetstatRows.RcvPruned], Counts: () => !HasQueueDrops()),
            new(wiring[NetstatRows.TCPBacklogDrop]),
            new(wiring[SnmpRows.UdpRcvbufErrors]), new(wiring[Snmp6Rows.Udp6RcvbufErrors]),
            new(wiring[SnmpRows.UdpMemErrors]), new(wiring[Snmp6Rows.Udp6MemErrors]));
    }

    static Tally Sum(params ReadOnlySpan<SlotRef?> counters) => Tally.Of(counters);
}
