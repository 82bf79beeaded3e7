using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>Explains the open files of one process.</summary>
static class OpenFilesAdvice
{
    internal static void Explain(ResourceReport report, SampleView view)
    {
        var process = report.Instance as ProcessInstance;
        var name = process?.Subject ?? "The process";
        var pid = process is null ? "PID" : $"{process.Identity.Pid}";
        var limit = report.Limit ?? 0;
        const string fail = "accept(), socket(), connect() and open() fail with EMFILE (24: Too many open files)";
        report.Evidence.Add(
            report.State == ResourceState.Limiting
                ? $"{name} had {report.Peak ?? limit} files open at two looks running. Its limit (RLIMIT_NOFILE) is {limit}, so {fail}."
                : $"{name} had {report.Peak ?? limit} of {limit} files open. At its limit (RLIMIT_NOFILE) {fail}.");
        report.Evidence.Add(
            "No kernel counter shows these failures, only the program's own log. A server that cannot accept lets its accept queue fill.");
        if (view[OpenFiles.Open, report.Instance] is { } now && now < report.Peak)
            report.Evidence.Add($"It has {now} open now.");
        report.Advice.Add(
            $"Find out what it holds: ss -tanp | grep pid={pid}, lists its connections (many in CLOSE-WAIT are a leak), "
            + $"ls -l /proc/{pid}/fd all files.");
        report.Advice.Add(
            $"If that is its load and no leak: prlimit --pid {pid} --nofile={Wanted(limit)}:{Wanted(limit)} raises the limit at once. To "
            + "keep it, set LimitNOFILE= of its unit, the ulimit of its container, or the program's own setting (nginx: "
            + "worker_rlimit_nofile; HAProxy: maxconn sets it; Envoy, Java and Go take the hard limit).");
        report.WillNotFix.Add("fs.file-max: it limits the whole host, and this is the limit of one process.");
        report.WillNotFix.Add("ulimit -n in a shell: it applies to programs started from there later, not to this one.");
        report.WillNotFix.Add("A longer listen backlog: accept() fails, so a longer queue only fills later.");
    }

    /// <summary>Twice the limit, but at least what systemd allows a service to raise its limit to.</summary>
    static long Wanted(long limit) => Math.Max(limit > int.MaxValue / 2 ? int.MaxValue : limit * 2, 65_536);
}
