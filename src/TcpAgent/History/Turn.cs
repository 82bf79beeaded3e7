using TcpAgent.Kernel;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.History;

/// <summary>
/// Finds changes of a resource's state and writes the sentence for each. It is the only author, for the history and for the live page.
/// </summary>
static class Turn
{
    /// <summary>A resource that becomes known without a problem, or unknown after none, is not worth an event.</summary>
    internal static bool IsOne(long before, long now) =>
        now != before && (before != KernelValue.Absent || now > 0) && (now != KernelValue.Absent || before > 0);

    /// <param name="time">Milliseconds since the epoch.</param>
    /// <param name="resource">The resource's name.</param>
    /// <param name="subject">The listener, CPU, queue or destination; empty where there is only one.</param>
    /// <param name="figures">State, use and limit; absent where unknown.</param>
    /// <param name="isStanding">True if the state is older than the first record.</param>
    internal static HistoryEvent Event(long time, string resource, string subject, in TurnFigures figures, bool isStanding)
    {
        var name = subject.Length == 0 ? resource : $"{resource} of {subject}";
        var (state, used, limit) = figures;
        var numbers = used == KernelValue.Absent || limit == KernelValue.Absent ? "" : $", {used} of {limit}";
        var verb = isStanding ? "is already" : "is";
        var (kind, text) = state switch
        {
            (long)ResourceState.Limiting => (EventKind.Limiting, $"{name} {verb} limiting{numbers}"),
            (long)ResourceState.Near => (EventKind.Near, $"{name} {verb} near its limit{numbers}"),
            (long)ResourceState.Ok => (EventKind.Ok, $"{resource} is ok again"),
            _ => (EventKind.Unknown, $"{resource} is unknown"),
        };
        return new HistoryEvent(time, resource + Series.State, $"verdict: {text}", kind, isStanding);
    }
}
