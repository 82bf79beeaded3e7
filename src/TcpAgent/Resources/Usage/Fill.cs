using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Resources;

/// <summary>How full something is.</summary>
/// <param name="Used">The use in the resource's own unit.</param>
/// <param name="Limit"><see cref="KernelValue.Absent"/> where the kernel does not report it.</param>
/// <param name="Of">The listener, CPU or queue; null where there is only one.</param>
/// <param name="IsProven">Known to limit whatever share is in use, because it caused a loss or a connection waited in it too long.</param>
readonly record struct Fill(long Used, long Limit, Instance? Of, bool IsProven = false)
{
    internal static Fill None => new(KernelValue.Absent, KernelValue.Absent, null);

    internal bool IsKnown => Used != KernelValue.Absent;

    internal Fullness Fullness => Fullness.Of(Used, Limit);

    /// <summary>A proven fill comes before one that is merely full.</summary>
    internal bool IsFullerThan(in Fill other) =>
        IsKnown && (!other.IsKnown || (IsProven, Fullness).CompareTo((other.IsProven, other.Fullness)) > 0);
}
