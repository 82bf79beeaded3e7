using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The owners of the listeners, filled by <see cref="Owners"/>.</summary>
static class OwnerRows
{
    internal static readonly Rows Rows = new("address", "port", "unit", "container", "pod", "process");

    internal static readonly Row Info = Rows.Info(
        "tcpagent_listener_owner_info", "Always 1. The unit, container (its id) and pod (its UID) in which the listener was opened, and the name of the processes there if all have the same. Absent if the owner is unknown. Joins with other metrics of listeners on address and port.");

    internal static readonly Rows Udp = new("address", "port", "unit", "container", "pod", "process");

    internal static readonly Row UdpInfo = Udp.Info(
        "tcpagent_udp_socket_owner_info", "Always 1. The same as tcpagent_listener_owner_info for the UDP sockets of which tcpagent_udp_receive_queue_bytes is exported.");

    internal static readonly Row UdpProcesses = Udp.Hidden("tcpagent_udp_socket_owner_processes", "Processes in the cgroup of the socket's owner.");

    internal static readonly Row Processes = Rows.Hidden("tcpagent_listener_owner_processes", "Processes in the cgroup of the listener's owner.");

    internal static readonly Row Cause = Rows.Hidden("tcpagent_listener_cause", "Why the application does not accept: a value of StrainCause; absent unless connections waited lately.");

    internal static readonly Row Looked = Rows.Hidden("tcpagent_listener_cause_processes", "Processes that were looked at.");

    internal static readonly Row AtFileLimit = Rows.Hidden("tcpagent_listener_cause_at_file_limit", "Processes at their limit of open files.");

    internal static readonly Row Files = Rows.Hidden("tcpagent_listener_cause_files", "Open files of the process that is closest to its limit.");

    internal static readonly Row FilesLimit = Rows.Hidden("tcpagent_listener_cause_files_limit", "Its limit.");

    internal static readonly Row Run = Rows.Hidden("tcpagent_listener_cause_run", "CPU time of all threads, in thousandths of a CPU.");

    internal static readonly Row MostRun = Rows.Hidden("tcpagent_listener_cause_most_run", "Share of the time in which the busiest thread ran, in thousandths.");

    internal static readonly Row MostWait = Rows.Hidden("tcpagent_listener_cause_most_wait", "Share of the time in which that thread waited for a CPU, in thousandths.");

    internal static readonly Row Periods = Rows.Hidden("tcpagent_listener_cause_periods", "Enforcement periods of the CPU quota.");

    internal static readonly Row ThrottledPeriods = Rows.Hidden("tcpagent_listener_cause_throttled_periods", "Those in which it was used up.");

    internal static readonly Row Unanswered = Rows.Hidden("tcpagent_listener_cause_unanswered", "Connects of the owner that a backend does not answer.");

    internal static readonly Row BackendHigh = Rows.Hidden("tcpagent_listener_cause_backend_high", "The address of that backend, first half.");

    internal static readonly Row BackendLow = Rows.Hidden("tcpagent_listener_cause_backend_low", "The address of that backend, second half.");

    internal static readonly Row BackendPort = Rows.Hidden("tcpagent_listener_cause_backend_port", "The port of that backend.");

    internal static readonly Row BackendAge = Rows.Hidden("tcpagent_listener_cause_backend_age", "Milliseconds since the oldest of those connects.");
}
