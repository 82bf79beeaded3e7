using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>How full something is.</summary>
/// <param name="Used">In the resource's own unit.</param>
/// <param name="Limit"><see cref="KernelValue.Absent"/> where the kernel does not tell.</param>
/// <param name="Of">The listener, CPU or queue it is; null where there is only one.</param>
readonly record struct Fill(long Used, long Limit, Instance? Of)
{
    internal static Fill None => new(KernelValue.Absent, KernelValue.Absent, null);

    internal bool IsKnown => Used != KernelValue.Absent;

    /// <summary>Share of the limit in use; 0 where either is not known.</summary>
    internal double Ratio => !IsKnown || Limit == KernelValue.Absent ? 0 : Limit > 0 ? (double)Used / Limit : Used > 0 ? double.MaxValue : 0;

    internal bool IsFullerThan(in Fill other) =>
        IsKnown && (!other.IsKnown || Ratio > other.Ratio || (Ratio == other.Ratio && Used > other.Used));
}
