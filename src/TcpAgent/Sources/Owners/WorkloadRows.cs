using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>Connections that are stuck in a state by unit or container, filled by <see cref="WorkloadTable"/>.</summary>
static class WorkloadRows
{
    const string Name = "tcpagent_workload_tcp_sockets";

    const string Help = "TCP sockets that stay in a state by the unit, container (its id) and pod (its UID) that opened or accepted them: "
        + "connects without an answer, connections that only the peer closed, last FINs without an answer. The ten with the most, from 5 "
        + "on.";

    internal static readonly Rows Rows = new("unit", "container", "pod");

    internal static readonly Row CloseWait = Rows.Gauge(Name, Help, labels: "state=\"close_wait\"", from: "inet_diag");

    internal static readonly Row SynSent = Rows.Gauge(Name, Help, labels: "state=\"syn_sent\"", from: "inet_diag");

    internal static readonly Row LastAck = Rows.Gauge(Name, Help, labels: "state=\"last_ack\"", from: "inet_diag");
}
