using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Explains the accept queue of an AF_UNIX listener.</summary>
static class UnixAdvice
{
    internal static void AcceptQueue(ResourceReport report, SampleView view)
    {
        var (limit, then) = (report.Limit ?? 0, report.PeakLimit ?? 0);
        var isFullNow = view[UnixListeners.Length, report.Instance] > limit;
        report.Evidence.Add(
            report.State == ResourceState.Limiting
                ? $"Its queue reached {report.Peak ?? 0} of {then}. It is full above {limit}: connect() then waits, or fails with EAGAIN "
                    + "(11: Resource temporarily unavailable) if the socket is non-blocking."
                : $"Its queue reached {report.Peak ?? 0} of {then}; it is full above {limit}.");
        report.Evidence.Add("No kernel counter shows the failures: nginx and other clients log them and answer 502.");
        if (isFullNow)
            report.Evidence.Add("It is full now, so the application accepts more slowly than connections arrive.");
        var accept = "Find out why the application does not accept: all workers are busy or too few, a backend is slow, or no file "
            + $"descriptors are left ({Programs(report.Subject)}; ss -xlp names the process).";
        var backlog = Backlog(view, limit);
        report.Advice.AddRange(isFullNow ? [accept, .. backlog] : [.. backlog, accept]);
        report.WillNotFix.Add(
            "Any backlog, if the application accepts more slowly than connections arrive: a longer queue only fills later and makes "
            + "clients wait longer.");
        report.WillNotFix.Add(
            "TCP settings (tcp_max_syn_backlog, the port range, TIME_WAIT) or conntrack: AF_UNIX passes through none of them. TCP instead "
            + "of AF_UNIX has the same kind of queue.");
    }

    /// <summary>listen(2) fixed the limit, as the lesser of the requested backlog and somaxconn.</summary>
    static string[] Backlog(SampleView view, long limit)
    {
        const string settings = "php-fpm: listen.backlog; uWSGI: listen; gunicorn: --backlog; Puma: ?backlog=N after the path; Node: "
            + "backlog of listen(); nginx and HAProxy: backlog; a systemd socket: Backlog=";
        if (view[SysctlRows.Somaxconn] is { } somaxconn && limit >= somaxconn)
            return
            [
                $"{TableAdvice.Raise("net.core.somaxconn", limit)} in this network namespace and raise the application's backlog "
                + $"to the same value ({settings}), then restart it: an open listener keeps its limit.",
            ];
        var cap = view[SysctlRows.Somaxconn] is { } max ? $" and is {max}" : "";
        return
        [
            $"Raise the application's listen backlog above {limit} ({settings}) and restart it; net.core.somaxconn caps it here too{cap}.",
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
