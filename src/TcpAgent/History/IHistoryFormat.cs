namespace TcpAgent.History;

/// <summary>An output format of a history, written record by record.</summary>
interface IHistoryFormat
{
    /// <param name="header">The file's header.</param>
    /// <param name="entries">The requested records. A record that is overwritten before it is read is not added.</param>
    /// <param name="reach">The span of the whole file.</param>
    void Begin(HistoryHeader header, List<RecordPlace> entries, HistoryReach reach);

    void Add(HistoryRecord record);

    /// <param name="events">What happened in the requested time.</param>
    /// <param name="reports">How the verdict was explained then, oldest first.</param>
    void End(List<HistoryEvent> events, List<HistoryReport> reports);
}
