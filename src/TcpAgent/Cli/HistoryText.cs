using System.Buffers;
using System.Globalization;
using System.Text;
using TcpAgent.History;
using TcpAgent.Kernel;
using TcpAgent.Sources;
using TcpAgent.Verdict;
using static TcpAgent.Cli.TerminalText;

namespace TcpAgent.Cli;

/// <summary>
/// Prints a history for a person at a shell: the events in order, then a small chart of each series involved. Times are in the local time
/// zone.
/// </summary>
sealed class HistoryText : IHistoryFormat
{
    const int NameWidth = 22, NumberWidth = 9, MostCharts = 16;

    readonly IBufferWriter<byte> _output;
    readonly Terminal _terminal;
    readonly TimeZoneInfo _zone;
    readonly string _path;
    readonly Func<int> _damaged;
    readonly HistoryQuery _query;
    readonly TerminalText _text;
    readonly Dictionary<string, (ListenerFigures Most, long Time)> _listeners = [];
    long _from = long.MaxValue;
    long _to;
    Chart[] _charts = [];
    HistoryReach _reach;
    HistoryHeader _header = null!;
    int _records;

    internal HistoryText(
        IBufferWriter<byte> output, Terminal terminal, TimeZoneInfo zone, string path, HistoryFile file, HistoryQuery query)
        : this(output, terminal, zone, path, query, () => file.Damaged)
    {
    }

    /// <param name="output">Where it goes.</param>
    /// <param name="terminal">The abilities of the terminal.</param>
    /// <param name="zone">The time zone of the times.</param>
    /// <param name="path">Where the records come from, for people.</param>
    /// <param name="query">What was asked for.</param>
    /// <param name="damaged">The number of damaged records, asked at the end.</param>
    internal HistoryText(
        IBufferWriter<byte> output, Terminal terminal, TimeZoneInfo zone, string path, HistoryQuery query, Func<int> damaged)
    {
        (_output, _terminal, _zone, _path, _query, _damaged) = (output, terminal, zone, path, query, damaged);
        // Events wrap before the last column, which only the charts fill.
        _text = new TerminalText(terminal with { Width = terminal.Width - 1 });
    }

    /// <summary>The chart is no wider than the number of records, so that no column is empty in a short time span.</summary>
    int Columns => _to < _from ? 0 : (int)Math.Min(ChartWidth, ((_to - _from) / _header.Interval) + 1);

    int ChartWidth => _terminal.Width - NameWidth - (2 * NumberWidth) - 2;

    public void Begin(HistoryHeader header, List<RecordPlace> entries, HistoryReach reach)
    {
        _reach = reach;
        _header = header;
        foreach (var entry in entries)
            (_from, _to) = (Math.Min(_from, entry.Time), Math.Max(_to, entry.Time));
        _charts = Array.ConvertAll(header.Names, name => new Chart(Columns, Series.IsCounter(name)));
    }

    public void Add(HistoryRecord record)
    {
        _records++;
        var column = (int)((record.Time - _from) * Columns / (_to - _from + 1));
        for (var i = 0; i < _charts.Length; i++)
            _charts[i].Add(column, record.Values[i]);
        foreach (var listener in record.Listeners)
            if (FullnessOf(listener).Used > 0
                && (!_listeners.TryGetValue(listener.Name, out var known) || FullnessOf(listener).CompareTo(FullnessOf(known.Most)) > 0))
                _listeners[listener.Name] = (listener, record.Time);
    }

    static Fullness FullnessOf(in ListenerFigures listener) => Fullness.Of(listener.Queue, listener.SynRecv, listener.Limit);

    public void End(List<HistoryEvent> events, List<HistoryReport> reports)
    {
        if (_query.Series.Length > 0)
            events.RemoveAll(
                one => one.Series.Length > 0
                    && !Array.Exists(_query.Series, wanted => one.Series.StartsWith(wanted, StringComparison.Ordinal)));
        if (_records == 0)
            _text.Paragraph("", $"{_path}: no records in that time{Reach}");
        else
            Write(events);
        if (_damaged() is > 0 and var damaged)
            _text.Line(Yellow, $"{damaged} damaged records are skipped");
        Encoding.UTF8.GetBytes(_text.ToString(), _output);
    }

    string Reach => _reach.IsEmpty ? "; the file has none" : $"; the file reaches from {Local(_reach.Oldest):yyyy-MM-dd HH:mm:ss} to "
        + $"{Local(_reach.Newest):yyyy-MM-dd HH:mm:ss}";

    void Write(List<HistoryEvent> events)
    {
        var interval = (_header.Interval / 1000.0).ToString("0.###", CultureInfo.InvariantCulture);
        _text.Line(Bold, $"{Local(_from):yyyy-MM-dd HH:mm:ss} to {Local(_to):HH:mm:ss}, {_records} records, one every {interval} s");
        _text.Line();
        if (events.Count == 0)
            _text.Line("", "Nothing happened: no state jumped, nothing was lost, the verdict did not change.");
        foreach (var one in events)
            Paragraph(one.Kind switch { EventKind.Limiting => Red, EventKind.Near => Yellow, _ => "" }, one.Time, one.Text);
        _text.Line();
        Charts(events);
        Listeners();
    }

    /// <summary>The series of the events, in that order; if nothing happened, the states that are not empty.</summary>
    void Charts(List<HistoryEvent> events)
    {
        var shown = new List<int>();
        foreach (var one in events)
            foreach (var name in Shown(one.Series))
                if (Array.IndexOf(_header.Names, name) is >= 0 and var index && !shown.Contains(index))
                    shown.Add(index);
        for (var i = 0; shown.Count == 0 && i < _charts.Length; i++)
            if (_header.Names[i].StartsWith(Series.StatePrefix, StringComparison.Ordinal) && _charts[i].High > 0)
                shown.Add(i);
        var (from, to) = ($"{Local(_from):HH:mm:ss}", $"{Local(_to):HH:mm:ss}");
        _text.Line(Dim, $"{"",-NameWidth} {from}{to.PadLeft(ChartWidth - from.Length)} {"low",NumberWidth}{"high",NumberWidth}");
        foreach (var index in shown.GetRange(0, Math.Min(MostCharts, shown.Count)))
        {
            var chart = _charts[index];
            _text.Line(
                "", $"{Title(_header.Names[index]),-NameWidth} {chart.Draw(_terminal.HasBlocks).PadRight(ChartWidth)} "
                    + $"{Number(chart.Low)}{Number(chart.High)}");
        }
        if (shown.Count > 0)
            _text.Line(Dim, $"{"",-NameWidth} {Chart.Legend(_terminal.HasBlocks)}");
    }

    static string[] Shown(string series) => series.EndsWith(Series.State, StringComparison.Ordinal)
        ? [$"{series[..^Series.State.Length]}{Series.Used}", $"{series[..^Series.State.Length]}{Series.Losses}"]
        : [series];

    static string Title(string name) =>
        name.StartsWith(Series.StatePrefix, StringComparison.Ordinal) ? name[Series.StatePrefix.Length..].ToUpperInvariant() : name;

    void Listeners()
    {
        var ranked = new List<(ListenerFigures Most, long Time)>(_listeners.Values);
        ranked.Sort(static (a, b) => FullnessOf(b.Most).CompareTo(FullnessOf(a.Most)));
        if (ranked.Count == 0 || !_query.HasListeners)
            return;
        _text.Line();
        _text.Line(Dim, "fullest listeners, each at its fullest");
        foreach (var ((name, queue, limit, synRecv, isLate), time) in ranked.GetRange(0,
            Math.Min(HistoryRecord.MostListeners, ranked.Count)))
            Paragraph(
                "", time, $"{name}: {queue} wait of {(limit == KernelValue.Absent ? "-" : limit)}, {Math.Max(0, synRecv)} "
                    + $"half-open{(isLate ? ", waited too long" : "")}");
    }

    void Paragraph(string colour, long time, string text) => _text.Paragraph(colour, text, $"  {Local(time):HH:mm:ss}  ", indent: 2);

    static string Number(long value) => (value switch
    {
        KernelValue.Absent => "-",
        >= 10_000_000_000 => $"{value / 1_000_000_000}G",
        >= 10_000_000 => $"{value / 1_000_000}M",
        _ => value.ToString(CultureInfo.InvariantCulture),
    }).PadLeft(NumberWidth);

    DateTimeOffset Local(long time) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(time), _zone);
}
