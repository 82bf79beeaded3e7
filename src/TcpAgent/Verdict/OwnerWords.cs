using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Says to whom a listener belongs: "nginx (nginx.service, 4 processes)".</summary>
static class OwnerWords
{
    /// <summary>The owner of a listener or UDP receiver, of which the rows of the table can be read; null if it is unknown.</summary>
    internal static OwnerInstance? Find(Instance? listener, SampleView view)
    {
        foreach (var rows in (ReadOnlySpan<Rows>)[OwnerRows.Rows, OwnerRows.Udp])
            for (var i = 0; listener is not null && i < view[rows]?.Count; i++)
                if (view[rows]!.InstanceAt(i) is OwnerInstance owner && ReferenceEquals(owner.Of, listener))
                    return owner;
        return null;
    }

    /// <summary>The owner in a few words; null if it is unknown.</summary>
    internal static string? Of(Instance? listener, SampleView view) =>
        Find(listener, view) is { } owner ? Of(owner.Facts, view[OwnerRows.Processes, owner] ?? view[OwnerRows.UdpProcesses, owner]) : null;

    internal static string? Of(OwnerFacts facts, long? processes)
    {
        var workload = facts.Workload.Name;
        var count = processes is { } number ? $", {Count(number)}" : "";
        return facts.Role switch
        {
            OwnerRole.Holder when facts.Program.Length > 0 => $"{facts.Program} ({workload}{count})",
            OwnerRole.Holder when facts.Programs.Length > 0 => $"{workload} ({string.Join(", ", facts.Programs)}{count})",
            OwnerRole.Holder => $"{workload}{(count.Length > 0 ? $" ({count[2..]})" : "")}",
            _ => null,
        };
    }

    /// <summary>A sentence about a listener whose owner opened it for another; null where that is not so.</summary>
    internal static string? Opener(OwnerFacts facts) => facts.Role switch
    {
        OwnerRole.Activated => "systemd opened it for a unit (socket activation). systemctl list-sockets names the unit.",
        OwnerRole.Proxy => $"{facts.Workload.Name} opened it, perhaps for a container: it has a port forwarder such as docker-proxy. "
            + "docker ps or podman ps names the container with the port.",
        _ => null,
    };

    internal static string Count(long processes) => processes == 1 ? "1 process" : $"{processes} processes";

    /// <summary>Why the owner of a listener does not accept, as <see cref="Id"/> says it; null if that is unknown.</summary>
    internal static string? Cause(Instance listener, SampleView view) =>
        Find(listener, view) is { } owner && view[OwnerRows.Cause, owner] is { } cause ? Id((StrainCause)cause) : null;

    /// <summary>Times lately that a memory limit held back sockets of the unit or container that owns a listener.</summary>
    internal static long SocketThrottles(Instance? listener, SampleView view)
    {
        if (Find(listener, view) is { Facts.Workload: var owner })
            foreach (var (workload, count) in view.Instances(WorkloadRows.RecentSocketThrottles))
                if (workload.Subject == owner.Name)
                    return count;
        return 0;
    }

    /// <summary>The cause in JSON, for programs.</summary>
    internal static string? Id(StrainCause cause) => cause switch
    {
        StrainCause.OpenFiles => "open_files",
        StrainCause.Throttled => "cpu_throttled",
        StrainCause.Cpu => "cpu_starved",
        StrainCause.Backend => "backend",
        StrainCause.Stopped => "stopped",
        StrainCause.Busy => "busy",
        StrainCause.Asleep => "asleep",
        _ => null,
    };
}
