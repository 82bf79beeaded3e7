using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>What a look at the ephemeral ports finds; the places are <see cref="EphemeralPorts"/>'.</summary>
static class EphemeralPortRows
{
    internal static readonly Rows Tuples = new("source", "destination", "port");

    internal static readonly Row Used = Tuples.Gauge(
        "tcpagent_ephemeral_ports_used", "Local ports held from this source to this destination and port: its connections in any state, TIME_WAIT included. Only the 10 tuples with the most ports, and of these those with 16 or 2 percent of the usable ones, whichever is less.", from: "inet_diag");

    internal static readonly Row TimeWait = Tuples.Gauge(
        "tcpagent_ephemeral_ports_time_wait", "Of these the ones in TIME_WAIT: the connection is over and its port is free again within a minute.", from: "inet_diag TIME_WAIT");

    internal static readonly Row Fresh = Tuples.Hidden(
        "tcpagent_ephemeral_ports_fresh", "Of those in TIME_WAIT the ones that connect() may not take again yet.");

    internal static readonly Row NotReused = Tuples.Hidden(
        "tcpagent_ephemeral_ports_not_reused",
        "1 where all ports are held and those in TIME_WAIT are not taken again although the settings allow it.");

    internal static readonly Rows Totals = new();

    internal static readonly Row Usable = Totals.Gauge(
        "tcpagent_ephemeral_ports_usable", "Local ports that each tuple of source address, destination and port may hold: the range less the reserved ones. With none free, connect() fails with EADDRNOTAVAIL.", from: "ip_local_port_range less ip_local_reserved_ports");

    internal static readonly Row Reserved = Totals.Hidden(
        "tcpagent_ephemeral_ports_reserved", "Ports of the range that ip_local_reserved_ports takes.");

    internal static readonly Row ListeningPorts = Totals.Gauge(
        "tcpagent_ephemeral_ports_listening", "Of the usable ports those that are listened on. connect() passes them over, so a tuple is full with so many less.", from: "inet_diag LISTEN");

    internal static readonly Row TupleCount = Totals.Gauge(
        "tcpagent_ephemeral_port_tuples", "Tuples of source address, destination and port that hold a local port of the range. The agent distinguishes at most 16384.");

    internal static readonly Row Omitted = Totals.Gauge(
        "tcpagent_ephemeral_ports_omitted", "Sockets of the tuples with the fewest ports, left out because there are more tuples than the agent distinguishes. No tuple holds more ports than are shown and this number together.");

    internal static readonly Row Age = Totals.Gauge(
        "tcpagent_ephemeral_ports_age_seconds", "How old the last look at the ports is. Looking is stretched so that it stays within a fifth of --sample.walk-budget.", Scale.Nanoseconds);

    internal static readonly Rows Sources = new("source");

    internal static readonly Row Distinct = Sources.Gauge(
        "tcpagent_ephemeral_ports_by_source", "Different local ports held from this source address, all destinations together. With all usable ones held, bind() with port 0 fails. Only addresses with nearly as many sockets as there are ports.", from: "inet_diag");

    internal static readonly Rows Listening = new("port");

    internal static readonly Row Unreserved = Listening.Gauge(
        "tcpagent_listening_port_unreserved", "1 for a port that is listened on, lies in the range of local ports and is not reserved: an outgoing connection may take it while the service restarts.", from: "ip_local_port_range, ip_local_reserved_ports");
}
