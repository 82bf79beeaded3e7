namespace TcpAgent.Kernel;

/// <summary>One CPU of softnet_stat; what the kernel does not print is <see cref="KernelValue.Absent"/>.</summary>
struct SoftnetLine
{
    internal long Cpu;
    internal long Processed;
    internal long Dropped;
    internal long TimesSqueezed;
    internal long ReceivedRps;
    internal long FlowLimit;
    internal long Backlog;
}
