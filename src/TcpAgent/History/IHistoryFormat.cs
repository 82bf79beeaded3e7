namespace TcpAgent.History;

/// <summary>An output format of a history, written record by record.</summary>
interface IHistoryFormat
{
    /// <param name="header">The file's header.</param>
    /// <param name="entries">The requested records. A record that is overwritten before it is read is not added.</param>
    void Begin(HistoryHeader header, List<RecordPlace> entries);

    void Add(HistoryRecord record);

    void End(List<HistoryEvent> events);
}
