namespace TcpAgent.Kernel.Log;

/// <summary>What a line of the kernel's log reports.</summary>
enum KernelEvent
{
    None,

    /// <summary>A SYN queue was full. Said once after each listen().</summary>
    SynFlooding,
    ConntrackFull,
    TcpOutOfMemory,
    TooManyOrphans,

    /// <summary>Said by older kernels only; later ones count it without a line.</summary>
    TimeWaitOverflow,
    NeighbourV4Overflow,
    NeighbourV6Overflow,
    RouteCacheFull,
    PromiscuousMode,

    /// <summary>Lines of the network code that the kernel left out, because it prints ten in five seconds.</summary>
    Suppressed,
}
