using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>The drop ledger, one row a stage, in the order a packet meets them.</summary>
static class DropStages
{
    internal static readonly DropStage[] All =
    [
        new("nic_missed", true, "the host did not empty the receive ring in time", w => Sum(w.Row("devices", "", "rx_missed_errors"))),
        new("nic_fifo", true, "the device's own buffer overran", w => Sum(w.Row("devices", "", "rx_fifo_errors"))),
        new("softnet_backlog", true, "a CPU's backlog was full", w => new Tally(new(w.Row("softnet", "", "dropped")), new(w.Row("softnet", "", "flow_limit"), -1))),
        new("flow_limit", true, "a large flow was cut back on a half full backlog", w => Sum(w.Row("softnet", "", "flow_limit"))),
        new("device_dropped", false, "unknown protocol or VLAN, no memory, or full backlog; the kernel does not say which", w => Sum(w.Row("devices", "", "rx_dropped"))),
        new("no_handler", false, "nobody on this host wants such packets", w => Sum(w.Row("devices", "", "rx_nohandler"))),
        new("ip_input", true, "bad IP header, or no memory for the packet", w => Sum(
            w.Row("snmp", "Ip", "InHdrErrors"), w.Row("snmp", "Ip", "InDiscards"), w.Row("snmp6", "", "Ip6InHdrErrors"), w.Row("snmp6", "", "Ip6InDiscards"))),
        new("conntrack", true, "no tracking entry could be made", w => Sum(w.Row("conntrack", "", "drop"))),
        new("syn_queue", true, "SYN with the SYN queue full and no cookies", w => Sum(w.Row("netstat", "TcpExt", "TCPReqQFullDrop"))),
        new("accept_queue", true, "SYN or last ACK with the accept queue full", w => Sum(w.Row("netstat", "TcpExt", "ListenOverflows"))),
        new("socket_receive", true, "the receive buffer of a socket, or all socket memory, was full", SocketReceive),
        new("qdisc", true, "the queueing discipline on the way out was full, or holds delay down", w => Sum(w.Row("qdisc", "", "drops"))),
        new("device_transmit", true, "the driver could not send", w => Sum(w.Row("devices", "", "tx_dropped"))),
    ];

    /// <summary>
    /// Each packet once. Since 4.19 a segment without room is counted by TCPRcvQDrop or TCPOFODrop, and RcvPruned counts most of them
    /// again, and some that are taken all the same. Before, RcvPruned is the only count of segments in order, and has those out of
    /// order too (net/ipv4/tcp_input.c, tcp_try_rmem_schedule and its callers).
    /// </summary>
    static Tally SocketReceive(Wiring wiring)
    {
        var queueDrops = wiring.Slot("netstat", "TcpExt", "TCPRcvQDrop");
        bool HasQueueDrops() => queueDrops is { Value: not Metric.Absent };
        return new Tally(
            new(wiring.Row("netstat", "TcpExt", "TCPRcvQDrop")),
            new(wiring.Row("netstat", "TcpExt", "TCPOFODrop"), Counts: HasQueueDrops),
            new(wiring.Row("netstat", "TcpExt", "RcvPruned"), Counts: () => !HasQueueDrops()),
            new(wiring.Row("netstat", "TcpExt", "TCPBacklogDrop")),
            new(wiring.Row("snmp", "Udp", "RcvbufErrors")), new(wiring.Row("snmp6", "", "Udp6RcvbufErrors")),
            new(wiring.Row("snmp", "Udp", "MemErrors")), new(wiring.Row("snmp6", "", "Udp6MemErrors")));
    }

    static Tally Sum(params ReadOnlySpan<(Table, int)?> rows) => Tally.Of(rows);
}
