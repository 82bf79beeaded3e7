using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>What full queues of a listener do to its clients.</summary>
static class ListenerWords
{
    /// <summary>
    /// A queue whose oldest connection has waited for ten seconds is not served at all; one of more than a second is served too slowly.
    /// Otherwise a burst was larger than the queue.
    /// </summary>
    internal static Clause AcceptQueue(ResourceReport report, SampleView view)
    {
        var who = Subjects.Of(report) ?? "A listener";
        var late = view[ListenerRows.RecentLate, report.Instance];
        var wait = Math.Max(
            view[ListenerRows.OldestWait, report.Instance] ?? 0, view[ListenerRows.RecentWait, report.Instance] ?? 0);
        var cause = report.Peak > report.PeakLimit || report.Losses > 0 ? "accept queue full" : "connections wait in the accept queue";
        return wait >= AcceptDelay.Stuck ? new(who, "is not accepting", "was not accepting", cause)
            : wait >= AcceptDelay.Late || late is not null ? new(who, "is not accepting fast enough", "did not accept fast enough", cause)
            : new(who, "turns connections away", "turned connections away", cause);
    }

    /// <summary>A SYN that was answered with a cookie is served.</summary>
    internal static Clause SynQueue(ResourceReport report, SampleView view)
    {
        var who = Subjects.Of(report) ?? "A listener";
        return report.Losses > (view[RecentRows.AnsweredByCookies] ?? 0)
            ? new(who, "drops new connections", "dropped new connections", "SYN queue full")
            : new(who, "answers with SYN cookies", "answered with SYN cookies", "SYN queue full");
    }
}
