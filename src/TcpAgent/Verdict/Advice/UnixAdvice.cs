using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>What to say of the accept queue of an AF_UNIX listener.</summary>
static class UnixAdvice
{
    internal static void AcceptQueue(ResourceReport report, SampleView view)
    {
        var limit = report.Limit ?? 0;
        var isFullNow = view[UnixListeners.Length, report.Instance] > limit;
        report.Evidence.Add(
            report.State == ResourceState.Limiting
                ? $"Its queue reached {report.Peak ?? 0} of {limit}. It is full above {limit}: connect() then waits, or where it may not "
                    + "wait fails with EAGAIN (11: Resource temporarily unavailable)."
                : $"Its queue reached {report.Peak ?? 0} of {limit}; it is full above {limit}.");
        report.Evidence.Add("The kernel counts no such failure: nginx and other clients log it, and answer 502.");
        if (isFullNow)
            report.Evidence.Add("It is full now, so the application accepts more slowly than connections come.");
        var accept = "See why the application does not accept: workers all busy, a slow backend, no file descriptors left, too few of them"
            + $" ({Programs(report.Subject)}; ss -xlp names the process).";
        var backlog = Backlog(view, limit);
        report.Advice.AddRange(isFullNow ? [accept, .. backlog] : [.. backlog, accept]);
        report.WillNotFix.Add(
            "Any backlog, if the application accepts more slowly than connections come: a longer queue then only fills later and makes "
            + "clients wait longer.");
        report.WillNotFix.Add(
            "TCP settings (tcp_max_syn_backlog, the port range, TIME_WAIT) or conntrack: AF_UNIX passes through none of them. TCP in "
            + "place of it has the same queue.");
    }

    /// <summary>The limit was fixed at listen(2), as the lesser of what was asked and somaxconn.</summary>
    static string[] Backlog(SampleView view, long limit)
    {
        const string settings = "php-fpm: listen.backlog; uWSGI: listen; gunicorn: --backlog; Puma: ?backlog=N behind the path; "
            + "Node: backlog of listen(); nginx and HAProxy: backlog; a systemd socket: Backlog=";
        if (view[SysctlRows.Somaxconn] is { } somaxconn && limit >= somaxconn)
            return
            [
                $"{TableAdvice.Raise("net.core.somaxconn", limit)} in this network namespace and raise the application's backlog "
                + $"to as much ({settings}), then restart it: an open listener keeps its limit.",
            ];
        var cap = view[SysctlRows.Somaxconn] is { } max ? $" and is {max}" : "";
        return
        [
            $"Raise the application's listen backlog above {limit} ({settings}) and restart it; net.core.somaxconn bounds it here "
            + $"too{cap}.",
        ];
    }

    static string Programs(string path) =>
        path.Contains("php", StringComparison.OrdinalIgnoreCase)
            ? "php-fpm: pm.max_children reached, see its log and pm.status_path"
            : path.Contains("puma", StringComparison.OrdinalIgnoreCase) ? "Puma: threads and workers"
            : path.Contains("gunicorn", StringComparison.OrdinalIgnoreCase) ? "gunicorn: --workers, --threads"
            : path.Contains("uwsgi", StringComparison.OrdinalIgnoreCase) ? "uWSGI: processes, threads"
            : "php-fpm: pm.max_children; gunicorn: --workers; Puma: threads and workers; uWSGI: processes";
}
