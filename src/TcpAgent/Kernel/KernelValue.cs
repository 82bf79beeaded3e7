namespace TcpAgent.Kernel;

/// <summary>The special value of kernel numbers.</summary>
static class KernelValue
{
    /// <summary>The kernel did not report the value, or not in its usual format. It is never exported, and never 0.</summary>
    internal const long Absent = long.MinValue;
}
