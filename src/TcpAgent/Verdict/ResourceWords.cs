using TcpAgent.Resources;

namespace TcpAgent.Verdict;

/// <summary>What each resource is called, and what happens to traffic when it is full. One row for each resource.</summary>
/// <param name="Label">The name for people: "Accept queue".</param>
/// <param name="Effect">What its exhaustion does.</param>
sealed record ResourceWords(string Label, Func<ResourceReport, SampleView, Clause> Effect)
{
    /// <summary>The participle for its losses: "550 turned away".</summary>
    internal string Loss { get; init; } = "lost";

    static readonly Dictionary<Resource, ResourceWords> s_rows = new()
    {
        [ResourceCatalog.CloudBandwidthIn] = new("Inbound bandwidth", (_, _) => new(
            "The cloud", "holds back received packets", "held back received packets", "bandwidth allowance of the instance used up"))
        { Loss = "held back" },
        [ResourceCatalog.CloudBandwidthOut] = new("Outbound bandwidth", (_, _) => new(
            "The cloud", "holds back sent packets", "held back sent packets", "bandwidth allowance of the instance used up"))
        { Loss = "held back" },
        [ResourceCatalog.CloudPackets] = new("Packet rate", (_, _) => new(
            "The cloud", "holds back packets", "held back packets", "allowance of packets per second used up"))
        { Loss = "held back" },
        [ResourceCatalog.CloudConntrack] = new("Cloud-tracked connections", (_, _) => new(
            "New connections", "are dropped by the cloud", "were dropped by the cloud", "it tracks as many as it may")),
        [ResourceCatalog.DeviceReceive] = new("Receive ring", (report, _) => new(
            Subjects.Of(report) ?? "A network device", "loses received packets", "lost received packets", "receive ring overrun")),
        [ResourceCatalog.SoftnetBacklog] = new("CPU backlog", (report, _) => new(
            Subjects.Of(report) ?? "A CPU", "drops received packets", "dropped received packets", "backlog full")),
        [ResourceCatalog.NeighbourV4] = new("ARP table", (_, _) => new(
            "New IPv4 neighbours", "cannot be reached", "could not be reached", "ARP table full")),
        [ResourceCatalog.NeighbourV6] = new("IPv6 neighbour table", (_, _) => new(
            "New IPv6 neighbours", "cannot be reached", "could not be reached", "neighbour table full")),
        [ResourceCatalog.RouteCacheV6] = new("IPv6 route cache", (_, _) => new(
            "New IPv6 routes", "are refused", "were refused", "route cache full")),
        [ResourceCatalog.Fragments] = new("Reassembly memory", (report, _) => new(
            $"Fragmented {Subjects.Of(report) ?? "IP"} packets", "are dropped", "were dropped", "reassembly memory full")),
        [ResourceCatalog.NfQueue] = new("NFQUEUE", (report, _) => new(
            $"NFQUEUE {Subjects.Of(report)}".TrimEnd(), "drops packets", "dropped packets", "queue full")),
        [ResourceCatalog.Conntrack] = new("Connection tracking table", (_, _) => new(
            "New connections", "are dropped", "were dropped", "connection tracking table full")),
        [ResourceCatalog.NatPorts] = new("NAT ports", (_, _) => new(
            "New connections through NAT", "are dropped", "were dropped", "no port to the destination is free")),
        [ResourceCatalog.SynQueue] = new("SYN queue", ListenerWords.SynQueue) { Loss = "found it full" },
        [ResourceCatalog.AcceptQueue] = new("Accept queue", ListenerWords.AcceptQueue) { Loss = "turned away" },
        [ResourceCatalog.AcceptQueueUnix] = new("AF_UNIX accept queue", (report, _) => new(
            Subjects.Of(report) ?? "An AF_UNIX socket", "is not accepting fast enough", "did not accept fast enough", "accept queue full")),
        [ResourceCatalog.UdpReceive] = new("UDP receive buffer", (report, _) => new(
            Subjects.Of(report) is { } port ? $"UDP {Subjects.Within(port)}" : "A UDP socket", "loses datagrams", "lost datagrams",
            "receive buffer full")),
        [ResourceCatalog.TcpMemory] = new("TCP memory", (_, _) => new(
            "TCP", "is short of memory", "was short of memory", "tcp_mem used up")),
        [ResourceCatalog.UdpMemory] = new("UDP memory", (_, _) => new(
            "UDP", "is short of memory", "was short of memory", "udp_mem used up")),
        [ResourceCatalog.Orphans] = new("Orphaned sockets", (_, _) => new(
            "Connections that no process holds", "are reset", "were reset", "limit of orphans reached")),
        [ResourceCatalog.TimeWait] = new("TIME_WAIT sockets", (_, _) => new(
            "TIME_WAIT sockets", "are closed early", "were closed early", "table full")),
        [ResourceCatalog.EphemeralPorts] = new("Local ports", (report, _) => new(
            $"Connects to {Subjects.Of(report) ?? "a destination"}", "fail", "failed", "local ports used up")),
        [ResourceCatalog.EphemeralPortsUdp] = new("Local UDP ports", (_, _) => new(
            "UDP sockets", "get no local port", "got no local port", "local UDP ports used up")),
        [ResourceCatalog.OpenFiles] = new("Open files", (report, _) => new(
            Subjects.Of(report) ?? "A process", "cannot open files or sockets", "could not open files or sockets",
            "open-file limit reached")),
        [ResourceCatalog.FileHandles] = new("File handles", (_, _) => new(
            "Processes", "cannot open files or sockets", "could not open files or sockets", "file handles used up")),
        [ResourceCatalog.Qdisc] = new("Send queue", (report, _) => new(
            Subjects.Of(report) ?? "A network device", "drops outgoing packets", "dropped outgoing packets", "send queue (qdisc) full")),
    };

    /// <summary>A resource that this build does not know, in the answer of a newer agent, is called by its name.</summary>
    internal static ResourceWords Of(Resource resource) => s_rows.GetValueOrDefault(resource) ?? new ResourceWords(
        resource.Name, (report, _) => new Clause(resource.Name, "is limiting", "was limiting", "its limit was reached"));
}
