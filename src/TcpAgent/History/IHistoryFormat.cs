namespace TcpAgent.History;

/// <summary>One way of writing a history down, record by record.</summary>
interface IHistoryFormat
{
    /// <param name="header">The file's.</param>
    /// <param name="entries">The records asked for; one may be overwritten before it is read, and is then not added.</param>
    void Begin(HistoryHeader header, List<RecordPlace> entries);

    void Add(HistoryRecord record);

    void End(List<HistoryEvent> events);
}
