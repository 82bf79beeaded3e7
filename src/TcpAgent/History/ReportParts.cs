namespace TcpAgent.History;

/// <summary>
/// Puts the parts of reports together, which follow each other in the file. A report of which a part is missing is dropped.
/// </summary>
sealed class ReportParts
{
    readonly List<byte> _bytes = [];
    byte[]? _scratch;
    long _time;
    int _next;

    internal List<HistoryReport> Reports { get; } = [];

    /// <param name="record">A whole part; they come in the order in which they were written.</param>
    internal void Add(ReadOnlySpan<byte> record)
    {
        var (part, time) = (ReportRecord.PartOf(record), HistoryRecord.TimeOf(record));
        if (part == 0)
        {
            _bytes.Clear();
            (_time, _next) = (time, 0);
        }
        if (part != _next || time != _time)
            return;
        _bytes.AddRange(ReportRecord.BytesOf(record));
        if (++_next < ReportRecord.PartsOf(record))
            return;
        using var packed = new MemoryStream([.. _bytes]);
        if (ReportRecord.Unpack(packed, _scratch ??= new byte[ReportRecord.MostBytes]) is { } json)
            Reports.Add(new HistoryReport(time, json));
    }
}
