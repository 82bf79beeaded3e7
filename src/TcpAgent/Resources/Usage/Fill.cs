using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>How full something is.</summary>
/// <param name="Used">In the resource's own unit.</param>
/// <param name="Limit"><see cref="KernelValue.Absent"/> where the kernel does not tell.</param>
/// <param name="Of">The listener, CPU or queue it is; null where there is only one.</param>
/// <param name="IsProven">Known to limit, whatever share is in use: something was lost for it, or waited too long in it.</param>
readonly record struct Fill(long Used, long Limit, Instance? Of, bool IsProven = false)
{
    internal static Fill None => new(KernelValue.Absent, KernelValue.Absent, null);

    internal bool IsKnown => Used != KernelValue.Absent;

    internal Fullness Fullness => Fullness.Of(Used, Limit);

    /// <summary>What is proven comes before what is merely full.</summary>
    internal bool IsFullerThan(in Fill other) =>
        IsKnown && (!other.IsKnown || (IsProven, Fullness).CompareTo((other.IsProven, other.Fullness)) > 0);
}
