using TcpAgent.Kernel.Log;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>
/// Adds what the kernel's log says to the evidence of a resource that other numbers have found. A line that is missing proves nothing,
/// because the kernel limits its lines and few agents may read them.
/// </summary>
static class KernelLogAdvice
{
    const long Second = 1_000_000_000;

    /// <summary>Adds the line, if it came within the part of the peak window that the agent has seen. False if it did not.</summary>
    internal static bool Add(ResourceReport report, SampleView view, KernelEvent kind, string line)
    {
        if (view[KernelEventRows.AgeOf(kind)] is not { } age || age > view[RecentRows.Covered])
            return false;
        report.Evidence.Add($"The host's kernel log has it too, {age / Second} s ago: \"{line}\".");
        return true;
    }

    /// <summary>Adds that the kernel called it a flood, however long ago, because it does not repeat that.</summary>
    internal static void AddFlooding(ResourceReport report, SampleView view)
    {
        if (view[KernelEventRows.AgeOf(KernelEvent.SynFlooding)] is { } age
            && report.Instance is EndpointInstance { Endpoint.Port: var port } && port == view[KernelEventRows.FloodedPort])
            report.Evidence.Add(
                $"The host's kernel log has \"Possible SYN flooding on port {port}\", {age / Second} s ago. The kernel says so once after "
                + "each listen(), whatever fills the SYN queue.");
    }
}
