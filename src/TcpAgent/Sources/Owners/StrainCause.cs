namespace TcpAgent.Sources;

/// <summary>Why an application does not accept.</summary>
enum StrainCause
{
    /// <summary>Nothing stands out, or nothing is known yet.</summary>
    None,

    /// <summary>It has as many open files as it may have, so accept() fails with EMFILE.</summary>
    OpenFiles,

    /// <summary>It has used up the CPU quota of its cgroup.</summary>
    Throttled,

    /// <summary>It could run, but others have the CPUs.</summary>
    Cpu,

    /// <summary>It waits for connects of its own that nobody answers.</summary>
    Backend,

    /// <summary>A signal or a debugger stopped it.</summary>
    Stopped,

    /// <summary>A thread of it uses a whole CPU.</summary>
    Busy,

    /// <summary>All its threads sleep: they wait for something that is neither a CPU nor a connect.</summary>
    Asleep,
}
