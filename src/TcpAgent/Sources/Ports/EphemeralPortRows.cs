using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>The metrics of a scan of the ephemeral ports, filled by <see cref="EphemeralPorts"/>.</summary>
static class EphemeralPortRows
{
    internal static readonly Rows Tuples = new("source", "destination", "port");

    internal static readonly Row Used = Tuples.Gauge(
        "tcpagent_ephemeral_ports_used", "Local ports held from this source to this destination and port: its connections in any state, including TIME_WAIT. Exported for at most 10 tuples, those with the most ports, and only from 16 ports or 2 percent of the usable ports on, whichever is less.", from: "inet_diag");

    internal static readonly Row TimeWait = Tuples.Gauge(
        "tcpagent_ephemeral_ports_time_wait", "Ports of this tuple in TIME_WAIT: the connection is over and its port is free again within a minute.", from: "inet_diag TIME_WAIT");

    internal static readonly Row Fresh = Tuples.Hidden(
        "tcpagent_ephemeral_ports_fresh", "Ports of this tuple in TIME_WAIT that connect() may not take again yet.");

    internal static readonly Row NotReused = Tuples.Hidden(
        "tcpagent_ephemeral_ports_not_reused",
        "1 if all ports are held and those in TIME_WAIT are not taken again although the sysctls allow it.");

    internal static readonly Rows Totals = new();

    internal static readonly Row Usable = Totals.Gauge(
        "tcpagent_ephemeral_ports_usable", "Local ports that each tuple of source address, destination and port may hold: the range minus the reserved ports. With none free, connect() fails with EADDRNOTAVAIL.", from: "ip_local_port_range less ip_local_reserved_ports");

    internal static readonly Row Reserved = Totals.Hidden(
        "tcpagent_ephemeral_ports_reserved", "Ports of the range that ip_local_reserved_ports excludes.");

    internal static readonly Row ListeningPorts = Totals.Gauge(
        "tcpagent_ephemeral_ports_listening", "Usable ports with a listener. connect() skips them, so a tuple is full when it holds all usable ports but these.", from: "inet_diag LISTEN");

    internal static readonly Row TupleCount = Totals.Gauge(
        "tcpagent_ephemeral_port_tuples", "Tuples of source address, destination and port that hold a local port of the range. The agent distinguishes at most 16384.");

    internal static readonly Row Omitted = Totals.Gauge(
        "tcpagent_ephemeral_ports_omitted", "Sockets of the tuples with the fewest ports, not counted because there are more tuples than the agent distinguishes. Any tuple's true count exceeds the exported one by at most this many.");

    internal static readonly Row Age = Totals.Gauge(
        "tcpagent_ephemeral_ports_age_seconds", "Age of the last port scan. Scans are spaced to stay within a fifth of --sample.walk-budget.", Scale.Nanoseconds);

    internal static readonly Rows Sources = new("source");

    internal static readonly Row Distinct = Sources.Gauge(
        "tcpagent_ephemeral_ports_by_source", "Different local ports held from this source address, all destinations together. With all usable ports held, bind() with port 0 fails. Exported only for addresses with nearly as many sockets as there are ports.", from: "inet_diag");

    internal static readonly Rows Listening = new("port");

    internal static readonly Row Unreserved = Listening.Gauge(
        "tcpagent_listening_port_unreserved", "1 for a port that has a listener, lies in ip_local_port_range and is not reserved: an outgoing connection may take it while the service restarts.", from: "ip_local_port_range, ip_local_reserved_ports");
}
