using System.Buffers;
using System.Text;
using TcpAgent.Kernel;

namespace TcpAgent.History;

/// <summary>Writes a line for each record, for a spreadsheet. An absent value is empty; only the other formats have events.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="columns">The places of the wanted series; null for all.</param>
/// <param name="hasListeners">Whether the fullest listeners are wanted.</param>
sealed class HistoryCsv(IBufferWriter<byte> output, int[]? columns, bool hasListeners) : IHistoryFormat
{
    readonly StringBuilder _line = new();
    readonly bool _hasAll = columns is null;
    int[] _columns = columns ?? [];

    public void Begin(HistoryHeader header, List<RecordPlace> entries, HistoryReach reach)
    {
        if (_hasAll)
        {
            _columns = new int[header.Names.Length];
            for (var i = 0; i < _columns.Length; i++)
                _columns[i] = i;
        }
        _line.Append("time");
        foreach (var column in _columns)
            _line.Append(',').Append(header.Names[column]);
        for (var i = 1; hasListeners && i <= HistoryRecord.MostListeners; i++)
            _line.Append($",listener{i},listener{i}.queue,listener{i}.limit,listener{i}.syn_recv");
        EndLine();
    }

    public void Add(HistoryRecord record)
    {
        _line.Append(HistoryExport.Time(record.Time));
        foreach (var column in _columns)
            Number(record.Values[column]);
        for (var i = 0; hasListeners && i < HistoryRecord.MostListeners; i++)
        {
            var listener = i < record.Listeners.Count
                ? record.Listeners[i]
                : new ListenerFigures("", KernelValue.Absent, KernelValue.Absent, KernelValue.Absent, false);
            _line.Append(',').Append(listener.Name.Replace(',', '_').Replace('"', '_'));
            Number(listener.Queue);
            Number(listener.Limit);
            Number(listener.SynRecv);
        }
        EndLine();
    }

    public void End(List<HistoryEvent> events, List<HistoryReport> reports)
    {
    }

    void Number(long value)
    {
        _line.Append(',');
        if (value != KernelValue.Absent)
            _line.Append(value);
    }

    void EndLine()
    {
        _line.Append('\n');
        foreach (var chunk in _line.GetChunks())
            Encoding.UTF8.GetBytes(chunk.Span, output);
        _line.Clear();
    }
}
