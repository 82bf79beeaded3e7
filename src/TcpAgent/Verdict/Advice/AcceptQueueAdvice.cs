using System.Globalization;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>
/// Explains an accept queue. Where connections wait longer than a second the application comes first, because no backlog helps it.
/// Otherwise bursts fill the queue, and the backlog comes first.
/// </summary>
static class AcceptQueueAdvice
{
    /// <summary>Maximum number of other listeners named.</summary>
    const int MostNamed = 5;

    const string Backlogs = "nginx: listen ... backlog=N; Apache: ListenBackLog; HAProxy: backlog; Tomcat: acceptCount; "
        + "Netty: SO_BACKLOG; Node: listen(port, host, backlog); gunicorn: --backlog; php-fpm: listen.backlog; Redis: tcp-backlog; "
        + "PostgreSQL: twice max_connections; Go: always somaxconn";

    internal static void Explain(ResourceReport report, SampleView view)
    {
        if (report.Instance is QueueInstance queue)
        {
            NamespaceAdvice.AcceptQueue(report, queue);
            NotHelping(report, isWaiting: false);
            return;
        }
        var late = view[ListenerRows.RecentLate, report.Instance];
        if (late is null && (report.Limit is null || report.Peak == 0))
        {
            Unattributed(report);
            NotHelping(report, isWaiting: false);
            return;
        }
        Fullness(report, view, late);
        KernelLogAdvice.AddFlooding(report, view);
        CauseAdvice.Owner(report, view);
        var isWaiting = Waits(report, view, late);
        NotHelping(report, isWaiting);
        var hasCause = CauseAdvice.Explain(report, view);
        if (view[ListenerRows.SocketsOfOne, report.Instance] is > 1 and var sockets)
            report.Evidence.Add(
                $"{sockets} sockets share it by SO_REUSEPORT; the figures are those of the fullest socket, so one worker may be stuck.");
        Others(report, view);
        if (isWaiting && !hasCause)
            Application(report);
        var hasBacklog = report.Limit is { } limit && (report.State != ResourceState.Limiting || report.Losses > 0)
            && Backlog(report, view, limit, isWaiting);
        if (!isWaiting && !hasCause)
            Application(report);
        if (hasBacklog)
            report.Advice.Add($"Names of the backlog in common programs: {Backlogs}.");
    }

    static void NotHelping(ResourceReport report, bool isWaiting)
    {
        report.WillNotFix.Add(
            (isWaiting ? "A longer backlog by itself: the application does not accept fast enough, so"
                : "Any backlog, if the application accepts more slowly than connections arrive:")
            + " a longer queue only fills later and makes clients wait longer.");
        report.WillNotFix.Add(
            "tcp_max_syn_backlog, tcp_syncookies, TIME_WAIT, conntrack or the port range: none of them limits this queue.");
    }

    static void Unattributed(ResourceReport report)
    {
        report.Evidence.Add($"ListenOverflows rose by {report.Losses}: connections were dropped because an accept queue was full.");
        report.Evidence.Add(
            report.Limit is null
                ? "The listener cannot be identified: this kernel or namespace does not let the agent read the listeners' limits."
                : "The listener cannot be identified: no listener that is open now has dropped anything.");
        report.Advice.Add("See which listener's Recv-Q is above its Send-Q: ss -ltn");
    }

    static void Fullness(ResourceReport report, SampleView view, long? late)
    {
        var queue = report.PeakLimit is { } limit ? $"Its queue reached {report.Peak} of {limit}" : $"Its queue reached {report.Peak}";
        report.Evidence.Add(
            report.Losses > 0 && report.State == ResourceState.Limiting
                ? $"{queue}, and the kernel turned away {report.Losses} SYNs and final ACKs of handshakes (ListenOverflows)."
                : $"{queue}{(late is not null ? ", and connections wait in it too long" : "")}. {Undropped.Within(report, view)}");
    }

    /// <summary>True when the application is the bottleneck: the oldest connection has waited longer than a second.</summary>
    static bool Waits(ResourceReport report, SampleView view, long? late)
    {
        var oldest = view[ListenerRows.OldestWait, report.Instance];
        var longest = Math.Max(oldest ?? 0, view[ListenerRows.RecentWait, report.Instance] ?? 0);
        if (late is { } count)
            report.Evidence.Add(
                $"{count} connections at the same time had waited longer than a second for accept()"
                + (longest >= AcceptDelay.Late
                    ? $", the oldest of them {Seconds(longest)} s."
                    : "; most of their clients have since reset them."));
        else if (oldest > 0)
            report.Evidence.Add($"The oldest waiting connection has waited {Seconds(oldest.Value)} s for accept().");
        if (view[ListenerRows.Abandoned, report.Instance] is > 0 and var abandoned)
            report.Evidence.Add($"{abandoned} of the waiting clients have already given up.");
        return late is not null || longest >= AcceptDelay.Late;
    }

    internal static string Seconds(long milliseconds) => (milliseconds / 1000.0).ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>Two services whose common backend is slow overflow together.</summary>
    static void Others(ResourceReport report, SampleView view)
    {
        var (count, text) = (0, "");
        void Add(Instance instance, string how)
        {
            if (++count <= MostNamed)
                text += $"{(count == 1 ? "" : ", ")}{instance.Subject} ({how})";
        }
        foreach (var (instance, peak) in view.Instances(ListenerRows.Peak))
        {
            if (ReferenceEquals(instance, report.Instance))
                continue;
            if (view[ListenerRows.RecentLate, instance] is { } late)
                Add(instance, $"{late} connections waited longer than a second");
            else if (view[ListenerRows.HasOverflowed, instance] is not null)
                Add(instance, $"its queue reached {peak} of {view[ListenerRows.Limit, instance]}");
        }
        if (count > 0)
            report.Evidence.Add(
                $"This listener is not the only one: {text}{(count > MostNamed ? $", and {count - MostNamed} others" : "")}.");
    }

    static void Application(ResourceReport report)
    {
        var process = report.Instance is EndpointInstance { Endpoint.Port: var port } ? $"ss -ltnp 'sport = :{port}'" : "ss -ltnp";
        report.Advice.Add(
            $"Find out why the application does not accept ({process} names it): its workers or event loop are busy, blocked on a lock or "
            + "waiting for a slow backend; it is stopped (state T in ps); or it is at its own limit (Tomcat maxConnections, Apache "
            + "MaxRequestWorkers, php-fpm pm.max_children, gunicorn --workers).");
        report.Advice.Add(
            "Check its open files: at the limit accept() fails with EMFILE. Compare ls /proc/PID/fd | wc -l with \"Max open files\" in "
            + "/proc/PID/limits. If they are equal, find the descriptor leak or raise the limit (LimitNOFILE= of its unit, ulimit -n, "
            + "nginx worker_rlimit_nofile).");
    }

    /// <summary>
    /// Names the setting in force first: listen(2) fixed the limit, as the lesser of the requested backlog and somaxconn. False if nothing
    /// is known about it.
    /// </summary>
    static bool Backlog(ResourceReport report, SampleView view, long limit, bool isWaiting)
    {
        if (view[SysctlRows.Somaxconn] is not (>= 0 and var somaxconn))
            return false;
        if (limit < somaxconn)
        {
            report.Evidence.Add(
                $"net.core.somaxconn is {somaxconn}, so the limit of {limit} is the backlog that the application passed to listen(2), or "
                + "somaxconn at the time.");
            report.Advice.Add(
                $"{(isWaiting ? "Once it accepts again, for" : "For")} bursts, raise its listen backlog above {limit} (up to {somaxconn} "
                + "takes effect) and have it call listen() again (restart or reload). If it already asks for more, only restart it: an "
                + "open listener keeps its limit.");
            report.WillNotFix.Insert(
                0, $"Raising net.core.somaxconn: it is already {somaxconn} and does not hold this listener at {limit}.");
            return true;
        }
        report.Evidence.Add(
            limit == somaxconn
                ? $"The limit of {limit} is net.core.somaxconn: the application asked for this much or more."
                : $"The limit of {limit} dates from when net.core.somaxconn was higher than its present {somaxconn}.");
        report.Advice.Add(
            $"{TableAdvice.Raise("net.core.somaxconn", limit)} in this network namespace, then restart the application or have it call "
            + $"listen() again: an open listener keeps its limit. If the application itself asks listen(2) for {limit}, raise that too.");
        return true;
    }
}
