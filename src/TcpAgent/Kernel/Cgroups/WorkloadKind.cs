namespace TcpAgent.Kernel.Cgroups;

/// <summary>What kind of thing a cgroup belongs to.</summary>
enum WorkloadKind
{
    /// <summary>The path is not one of a cgroup.</summary>
    Unknown,

    /// <summary>The root of the hierarchy: processes that nobody has sorted, or threads of the kernel.</summary>
    Root,

    /// <summary>A unit of systemd.</summary>
    Unit,

    /// <summary>A slice of systemd that holds processes itself.</summary>
    Slice,

    /// <summary>A container.</summary>
    Container,

    /// <summary>A pod, outside its containers.</summary>
    Pod,

    /// <summary>A cgroup that neither systemd nor a known container runtime made.</summary>
    Other,
}
