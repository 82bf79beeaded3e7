using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// By unit or container: connections that are stuck in a state, filled by <see cref="WorkloadTable"/>, and how often a memory limit held
/// sockets back, filled by <see cref="ThrottledWorkloads"/>.
/// </summary>
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

    internal static readonly Row SocketThrottles = Rows.Counter(
        "tcpagent_workload_socket_throttles_total", "Times since the agent started that the memory limit of a unit or container held its sockets back. Looked at once a minute, where there are listeners, UDP sockets or stuck connections; the ten with the most. From Linux 6.19 on.", from: "memory.events.local sock_throttled");

    internal static readonly Row RecentSocketThrottles = Rows.Hidden("tcpagent_workload_recent_socket_throttles", "Those between the last two looks.");
}
