namespace TcpAgent.Kernel.Cgroups;

/// <summary>
/// The unit, container or pod that a cgroup belongs to. All texts are printable and bounded, see <see cref="CgroupName"/>; empty where the
/// path does not say.
/// </summary>
/// <param name="Kind">The innermost of them.</param>
/// <param name="Unit">
/// A unit of systemd; within another unit both, as in user@1000.service/web.service. In a container its own unit.
/// </param>
/// <param name="Runtime">docker, containerd, cri-o, podman or lxc; empty for a container whose path names none.</param>
/// <param name="Container">The container's id, 64 hexadecimal digits, or its name under lxc.</param>
/// <param name="Pod">The UID of the Kubernetes pod, with dashes where it has them.</param>
/// <param name="Path">The path within the hierarchy.</param>
sealed record Workload(WorkloadKind Kind, string Unit, string Runtime, string Container, string Pod, string Path)
{
    internal static readonly Workload Unknown = new(WorkloadKind.Unknown, "", "", "", "", "");

    /// <summary>The number of digits by which people and tools call a container.</summary>
    const int ShortId = 12;

    /// <summary>Whether there is anything to call it by.</summary>
    internal bool IsNamed => Kind is not (WorkloadKind.Unknown or WorkloadKind.Root);

    /// <summary>The first twelve digits of the container's id; its name under lxc.</summary>
    internal string ShortContainer => Container.Length == CgroupPath.IdLength ? Container[..ShortId] : Container;

    /// <summary>
    /// "nginx.service", "docker container 4f1c2a9b8d3e", "pod 8c1f..., containerd container 4f1c2a9b8d3e"; empty without a name.
    /// </summary>
    internal string Name => Kind switch
    {
        WorkloadKind.Unknown or WorkloadKind.Root => "",
        WorkloadKind.Unit or WorkloadKind.Slice => Unit,
        WorkloadKind.Pod => $"pod {Pod}",
        WorkloadKind.Other => $"cgroup {Path}",
        _ => $"{(Unit.Length > 0 ? $"{Unit} in " : "")}{(Pod.Length > 0 ? $"pod {Pod}, " : "")}{(Runtime.Length > 0 ? $"{Runtime} " : "")}"
            + $"container {ShortContainer}",
    };
}
