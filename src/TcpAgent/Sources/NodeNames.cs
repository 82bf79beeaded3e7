using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// The names, types and labels that node_exporter gives to the same facts (its collectors netstat, sockstat, conntrack, softnet, tcpstat,
/// udp_queues and netdev), so that dashboards and rules in use keep working. It calls counters of the kernel's tables untyped and those of
/// conntrack gauges, and so must these.
/// </summary>
static class NodeNames
{
    static readonly Rows s_rows = new();
    static readonly List<Alias> s_all = [];

    /// <summary>Every alias. Those of one name are adjacent.</summary>
    internal static Alias[] All { get; } = Make();

    static Alias[] Make()
    {
        AddNetstat();
        AddSockstat();
        AddConntrack();
        AddPerCpuAndState();
        AddDevices();
        return [.. s_all];
    }

    /// <summary>The fields that its collector netstat exports unless it is configured otherwise.</summary>
    static void AddNetstat()
    {
        foreach (var row in (Row[])[
            SnmpRows.IpForwarding, SnmpRows.IcmpInMsgs, SnmpRows.IcmpInErrors, SnmpRows.IcmpOutMsgs, SnmpRows.TcpActiveOpens,
            SnmpRows.TcpPassiveOpens, SnmpRows.TcpCurrEstab, SnmpRows.TcpInSegs, SnmpRows.TcpOutSegs, SnmpRows.TcpRetransSegs,
            SnmpRows.TcpInErrs, SnmpRows.TcpOutRsts, SnmpRows.UdpInDatagrams, SnmpRows.UdpNoPorts, SnmpRows.UdpInErrors,
            SnmpRows.UdpOutDatagrams, SnmpRows.UdpRcvbufErrors, SnmpRows.UdpSndbufErrors, SnmpRows.UdpLiteInErrors,
            NetstatRows.ListenOverflows, NetstatRows.ListenDrops, NetstatRows.SyncookiesSent, NetstatRows.SyncookiesRecv,
            NetstatRows.SyncookiesFailed, NetstatRows.TCPSynRetrans, NetstatRows.TCPTimeouts, NetstatRows.TCPOFOQueue,
            NetstatRows.TCPRcvQDrop, NetstatRows.IpExtInOctets, NetstatRows.IpExtOutOctets])
            Untyped($"node_netstat_{row.Section}_{row.Field}", row);
        foreach (var row in (Row[])[
            Snmp6Rows.Ip6InOctets, Snmp6Rows.Ip6OutOctets, Snmp6Rows.Icmp6InMsgs, Snmp6Rows.Icmp6InErrors, Snmp6Rows.Icmp6OutMsgs,
            Snmp6Rows.Udp6InDatagrams, Snmp6Rows.Udp6NoPorts, Snmp6Rows.Udp6InErrors, Snmp6Rows.Udp6OutDatagrams,
            Snmp6Rows.Udp6RcvbufErrors, Snmp6Rows.Udp6SndbufErrors, Snmp6Rows.UdpLite6InErrors])
        {
            // The file has no sections: Udp6InErrors is InErrors of Udp6.
            var section = row.Field.IndexOf('6', StringComparison.Ordinal) + 1;
            Untyped($"node_netstat_{row.Field[..section]}_{row.Field[section..]}", row);
        }
    }

    static void AddSockstat()
    {
        foreach (var row in SockstatRows.Rows)
            Gauge($"node_sockstat_{row.Section}_{row.Field}", row);
        Gauge("node_sockstat_TCP_mem_bytes", Scale.Pages, SockstatRows.TcpMem);
        Gauge("node_sockstat_UDP_mem_bytes", Scale.Pages, SockstatRows.UdpMem);
    }

    static void AddConntrack()
    {
        Gauge("node_nf_conntrack_entries", Conntrack.Entries);
        Gauge("node_nf_conntrack_entries_limit", Conntrack.Limit);
        foreach (var row in (Row[])[
            Conntrack.Found, Conntrack.Invalid, Conntrack.Ignored, Conntrack.Inserted, Conntrack.InsertFailures, Conntrack.Drops,
            Conntrack.EarlyDrops, Conntrack.SearchRestarts])
            Gauge($"node_nf_conntrack_stat_{row.Field}", row);
    }

    static void AddPerCpuAndState()
    {
        Counter("node_softnet_processed_total", Softnet.Processed);
        Counter("node_softnet_dropped_total", Softnet.Dropped);
        Counter("node_softnet_times_squeezed_total", Softnet.TimesSqueezed);
        Counter("node_softnet_received_rps_total", Softnet.ReceivedRps);
        Counter("node_softnet_flow_limit_count_total", Softnet.FlowLimit);
        Gauge("node_softnet_backlog_len", Softnet.Backlog);
        foreach (var state in SocketRows.States)
            Add(MetricType.Gauge, "node_tcp_connection_states", Scale.One, state.Labels, state);
        foreach (var (labels, row) in ((string, Row)[])[
            ("queue=\"rx\",ip=\"v4\"", UdpRows.ReceiveQueueIPv4), ("queue=\"tx\",ip=\"v4\"", UdpRows.SendQueueIPv4),
            ("queue=\"rx\",ip=\"v6\"", UdpRows.ReceiveQueueIPv6), ("queue=\"tx\",ip=\"v6\"", UdpRows.SendQueueIPv6)])
            Add(MetricType.Gauge, "node_udp_queues", Scale.One, labels, row);
    }

    static void AddDevices()
    {
        foreach (var (name, row) in ((string, Row)[])[
            ("receive_bytes", Devices.ReceiveBytes), ("receive_packets", Devices.ReceivePackets), ("receive_errs", Devices.ReceiveErrors),
            ("receive_fifo", Devices.ReceiveFifoErrors), ("receive_frame", Devices.ReceiveFrameErrors),
            ("receive_compressed", Devices.ReceiveCompressed), ("receive_multicast", Devices.ReceiveMulticast),
            ("receive_nohandler", Devices.ReceiveNoHandler), ("transmit_bytes", Devices.TransmitBytes),
            ("transmit_packets", Devices.TransmitPackets), ("transmit_errs", Devices.TransmitErrors),
            ("transmit_drop", Devices.TransmitDropped), ("transmit_fifo", Devices.TransmitFifoErrors),
            ("transmit_colls", Devices.TransmitCollisions), ("transmit_carrier", Devices.TransmitCarrierErrors),
            ("transmit_compressed", Devices.TransmitCompressed)])
            Counter($"node_network_{name}_total", row);

        // Missed packets are part of it, as in /proc/net/dev.
        Counter("node_network_receive_drop_total", Devices.ReceiveDropped, Devices.ReceiveMissed, Devices.ReceiveDroppedOrMissed);
        Gauge("node_network_transmit_queue_length", Devices.TransmitQueueLength);
    }

    static void Untyped(string name, Row row) => Add(MetricType.Untyped, name, Scale.One, "", row);

    static void Counter(string name, params Row[] terms) => Add(MetricType.Counter, name, Scale.One, "", terms);

    static void Gauge(string name, Row row) => Gauge(name, Scale.One, row);

    static void Gauge(string name, Scale scale, Row row) => Add(MetricType.Gauge, name, scale, "", row);

    static void Add(MetricType type, string name, Scale scale, string labels, params Row[] terms) =>
        s_all.Add(new(s_rows.Add(type, name, terms[0].Help, scale, labels, "", "", terms[0].From), terms));
}
