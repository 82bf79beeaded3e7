using TcpAgent.Metrics;
using TcpAgent.Sources;
using static TcpAgent.Metrics.Metric;

namespace TcpAgent.History;

/// <summary>What the recorder says of itself; only where there is one.</summary>
sealed class HistoryMetrics : Source
{
    internal static readonly Metric[] Rows =
    [
        Gauge("", "", "tcpagent_history_success", "1 while the history file (--history.file) is written, 0 while it cannot be or the disk is too slow; the agent's log says why."),
        Counter("", "", "tcpagent_history_records_total", "Records written to the history file since the agent started, one a second."),
        Counter("", "", "tcpagent_history_records_lost_total", "Records that are not in the history file, because it could not be written or the disk was too slow."),
        Counter("", "", "tcpagent_history_write_failures_total", "Attempts to open or write the history file or an incident's that failed."),
        Gauge("", "", "tcpagent_history_incidents", "Incidents kept beside the history file: the minutes around each time that the verdict turned to limiting, the last eight."),
    ];

    readonly HistoryCounters _counters;

    internal HistoryMetrics(HistoryCounters counters)
        : base("history", new Table(Rows))
    {
        _counters = counters;
        Mode = "file";
    }

    internal override ReadStatus Read(in Tick tick)
    {
        var slots = Tables[0][0];
        slots[0] = _counters.IsFailing ? 0 : 1;
        slots[1] = _counters.Written;
        slots[2] = _counters.Lost;
        slots[3] = _counters.Failures;
        slots[4] = _counters.Incidents;
        return ReadStatus.Ok;
    }
}
