namespace TcpAgent.Kernel;

/// <summary>What a number of the kernel's may be besides a number.</summary>
static class KernelValue
{
    /// <summary>The kernel did not give the value, or not in its own format. Never exported, and never 0.</summary>
    internal const long Absent = long.MinValue;
}
