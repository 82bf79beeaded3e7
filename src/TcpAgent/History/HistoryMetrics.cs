using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.History;

/// <summary>The recorder's own metrics, exported only where there is a history file.</summary>
sealed class HistoryMetrics : Source
{
    internal static readonly Rows Rows = new();

    internal static readonly Row Success = Rows.Gauge(
        "tcpagent_history_success", "1 while the history file (--history.file) is written, 0 while it cannot be written or the disk is too slow; the agent's log says why.");

    internal static readonly Row Records = Rows.Counter(
        "tcpagent_history_records_total", "Records written to the history file since the agent started, one a second.");

    internal static readonly Row RecordsLost = Rows.Counter(
        "tcpagent_history_records_lost_total", "Records missing from the history file because it could not be written or the disk was too slow.");

    internal static readonly Row WriteFailures = Rows.Counter(
        "tcpagent_history_write_failures_total", "Failed attempts to open or write the history file or the file of an incident.");

    internal static readonly Row Incidents = Rows.Gauge(
        "tcpagent_history_incidents", "Incidents kept beside the history file, at most eight: each holds the minutes around one change of the verdict to limiting.");

    readonly HistoryCounters _counters;

    internal HistoryMetrics(HistoryCounters counters)
        : base("history", Rows)
    {
        _counters = counters;
        Mode = "file";
    }

    internal override ReadStatus Read(in Tick tick)
    {
        var slots = this[Rows][0];
        slots[Success] = _counters.IsFailing ? 0 : 1;
        slots[Records] = _counters.Written;
        slots[RecordsLost] = _counters.Lost;
        slots[WriteFailures] = _counters.Failures;
        slots[Incidents] = _counters.Incidents;
        return ReadStatus.Ok;
    }
}
