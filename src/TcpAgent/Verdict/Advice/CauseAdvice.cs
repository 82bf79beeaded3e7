using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>
/// Says whose listener it is and why its connections are not accepted, from what the agent measured at the processes. The advice for a
/// known cause replaces the general one, which lists what to look for.
/// </summary>
static class CauseAdvice
{
    /// <summary>Adds the owner, or who opened the listener for another, to the evidence; nothing if neither is known.</summary>
    internal static void Owner(ResourceReport report, SampleView view)
    {
        if (OwnerWords.Find(report.Instance, view) is not { } owner)
            return;
        if (OwnerWords.Opener(owner.Facts) is { } opener)
            report.Evidence.Add(opener);
        else if (report.Owner is { } name)
            report.Evidence.Add($"It belongs to {name}.");
    }

    /// <summary>Adds the cause with its figures, and what to do about it. False if it is unknown.</summary>
    internal static bool Explain(ResourceReport report, SampleView view)
    {
        if (OwnerWords.Find(report.Instance, view) is not { } owner || view[OwnerRows.Cause, owner] is not { } number)
            return false;
        var cause = (StrainCause)number;
        report.Cause = OwnerWords.Id(cause);
        long Of(Row row) => view[row, owner] ?? 0;
        var who = owner.Facts.Program.Length > 0 ? owner.Facts.Program : owner.Facts.Workload.Name;
        switch (cause)
        {
            case StrainCause.OpenFiles:
                Files(report, Some(Of(OwnerRows.AtFileLimit), Of(OwnerRows.Looked), who), owner.Facts, Of);
                break;
            case StrainCause.Throttled:
                Throttled(report, who, owner.Facts, Of);
                break;
            case StrainCause.Cpu:
                Cpu(report, who, owner.Facts, Of);
                break;
            case StrainCause.Backend:
                Backend(report, who, Of);
                break;
            case StrainCause.Stopped:
                report.Evidence.Add($"{who} is stopped: all its processes are in state T, by a signal or a debugger.");
                report.Advice.Add("Continue it: kill -CONT PID. Find out who stopped it: SIGSTOP, Ctrl-Z of a shell, or a debugger.");
                break;
            case StrainCause.Busy:
                report.Evidence.Add(
                    $"{who} is busy: its busiest thread runs {Percent(Of(OwnerRows.MostRun))} of the time, all threads together use "
                    + $"{Percent(Of(OwnerRows.Run))} of a CPU.");
                report.Advice.Add(
                    "Find out what it computes (perf top -p PID, the profiler of its language), and add workers if CPUs are free.");
                break;
            case StrainCause.Asleep:
                Asleep(report, who, Of);
                break;
        }
        return cause != StrainCause.None;
    }

    static string UnitOf(OwnerFacts owner) => owner.Workload.Unit.Length > 0 ? owner.Workload.Unit : "its unit";

    static string Some(long count, long all, string who) =>
        all == 1 ? $"{who} is" : $"{count} of {all} processes of {who} {(count == 1 ? "is" : "are")}";

    static void Files(ResourceReport report, string some, OwnerFacts owner, Func<Row, long> of)
    {
        var (files, limit) = (of(OwnerRows.Files), of(OwnerRows.FilesLimit));
        report.Evidence.Add($"{some} at the limit of open files, {files} of {limit}: accept() fails with EMFILE.");
        report.Advice.Add(
            $"Raise the limit of open files above {limit} and restart it: LimitNOFILE= of {UnitOf(owner)}, --ulimit nofile of a "
            + "container, ulimit -n, nginx worker_rlimit_nofile. If it should not need this many, find the leak: ls -l /proc/PID/fd, as "
            + "its user or as root.");
        report.WillNotFix.Insert(0, "More workers, more CPUs or a longer backlog: without a free descriptor accept() fails at once.");
    }

    static void Throttled(ResourceReport report, string who, OwnerFacts owner, Func<Row, long> of)
    {
        report.Evidence.Add(
            $"{who} is throttled: the CPU quota of its cgroup, or of one above it, was used up in {of(OwnerRows.ThrottledPeriods)} of the "
            + $"last {of(OwnerRows.Periods)} periods.");
        report.Advice.Add(
            owner.Workload.Container.Length > 0
                ? "Raise or remove the CPU limit of the container: resources.limits.cpu in Kubernetes, docker update --cpus."
                : $"Raise or remove CPUQuota= of {UnitOf(owner)} or of the slice above it (systemctl show -p CPUQuotaPerSecUSec). In the "
                    + "files of cgroups it is cpu.max, or cpu.cfs_quota_us in version 1.");
        report.WillNotFix.Insert(0, "More CPUs or a higher priority: the quota holds while CPUs are idle too.");
    }

    static void Cpu(ResourceReport report, string who, OwnerFacts owner, Func<Row, long> of)
    {
        report.Evidence.Add(
            $"{who} waits for a CPU: its busiest thread ran {Percent(of(OwnerRows.MostRun))} of the time. It could run and had no CPU for "
            + $"{Percent(of(OwnerRows.MostWait))} of it.");
        report.Advice.Add(
            "See what has the CPUs (top, pidstat 1) and move it away or slow it down, or give this one a larger share: CPUWeight= of "
            + $"{UnitOf(owner)}, fewer neighbours, more CPUs.");
    }

    static void Backend(ResourceReport report, string who, Func<Row, long> of)
    {
        var (connects, age) = (of(OwnerRows.Unanswered), AcceptQueueAdvice.Seconds(of(OwnerRows.BackendAge)));
        var backend = new Endpoint(
            (ulong)of(OwnerRows.BackendHigh), (ulong)of(OwnerRows.BackendLow), (ushort)of(OwnerRows.BackendPort));
        report.Evidence.Add(
            connects == 1
                ? $"{who} waits for a backend: a connect of its own has had no answer from {backend} for {age} s."
                : $"{who} waits for a backend: {connects} of its own connects have no answer, most of them from {backend}, the oldest for "
                    + $"{age} s.");
        report.Advice.Add(
            $"Find out why {backend} does not answer: it is down, its accept queue is full, or a firewall drops the SYNs. Give the "
            + "application a shorter connect timeout, so that one dead backend does not hold all its workers.");
        report.WillNotFix.Insert(0, "More workers: they will wait for the same backend.");
    }

    static void Asleep(ResourceReport report, string who, Func<Row, long> of)
    {
        report.Evidence.Add(
            $"{who} is asleep while connections wait: all its threads together use {Percent(of(OwnerRows.Run))} of a CPU, and none waits "
            + "for one.");
        report.Advice.Add(
            "Find out what its threads wait for: a lock, a disk, an answer on a connection that is open, or slow clients that hold all "
            + "workers. Look at their stacks: gdb -p PID, jstack, py-spy dump, SIGQUIT for Go and Java.");
    }

    static string Percent(long thousandths) => $"{(thousandths + 5) / 10} %";
}
