using System.Runtime.CompilerServices;
using TcpAgent.Kernel;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>
/// A source whose files print named values, which go to slots by name. The first file may be one that every kernel has; further ones are
/// optional. With allFields every field that no row names is exported too, under the file's own table, section and field. Unchanged text is
/// not parsed again: on an idle host that is most of it.
/// </summary>
sealed class TextSource : Source, IFieldMap
{
    static readonly Rows s_extraRows = new("table", "section", "field");

    static readonly Row s_field = s_extraRows.Untyped(
        "tcpagent_netstat_field", "A field of /proc/net/netstat, snmp or snmp6 that has no metric of its own, as the kernel prints it.");

    readonly ProcFile[] _files;
    readonly int[] _errnos;
    readonly string[] _belowZero;
    readonly bool _isOptional;

    /// <summary>The last text was good throughout, and the slots hold its values.</summary>
    bool _isWhole;
    readonly TextParser _parser;
    readonly Table _rows;
    readonly Table? _extra;
    readonly List<Instance> _extraFields = [];

    /// <summary>Rows that are not exported as metrics, with the fields that export them.</summary>
    readonly List<(Row Row, Instance Field)> _hiddenFields = [];
    long[] _extraSlots = [];

    internal TextSource(
        string name, Func<IFieldMap, TextParser> parser, Rows rows, ProcFile[] files, bool isOptional = false, bool allFields = false)
        : base(name, allFields ? [rows, s_extraRows] : [rows])
    {
        _files = files;
        _errnos = new int[files.Length];
        _belowZero = Array.ConvertAll(files, static file => $"{file.Path}: a value is below 0");
        _isOptional = isOptional;
        _rows = this[rows];
        _extra = allFields ? this[s_extraRows] : null;
        _parser = parser(this);
        if (allFields)
            foreach (var row in rows)
                if (row.Type == MetricType.Hidden)
                    _hiddenFields.Add((row, ExtraField(row.Section, row.Field)));
    }

    internal override long Unknown => _parser.Unknown;

    public int SlotOf(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field)
    {
        if (_rows.Rows.Find(section, field) is { } row)
            return row.Slot;
        return _extra is null ? -1 : ExtraSlot(section, field);
    }

    internal override ReadStatus Read(in Tick tick)
    {
        var isSame = _isWhole;
        for (var i = 0; i < _files.Length; i++)
        {
            _errnos[i] = _files[i].Read(out _, out var isSameFile);
            isSame &= isSameFile;
        }
        if (isSame)
            return ReadStatus.Ok;
        Withdraw();
        var status = Take(0, _isOptional);
        for (var i = 1; i < _files.Length; i++)
            status = status.With(Take(i, isOptional: true));
        _isWhole = status.Outcome == Outcome.Ok;
        return status;
    }

    internal override void Withdraw()
    {
        _isWhole = false;
        base.Withdraw();
    }

    ReadStatus Take(int place, bool isOptional)
    {
        var (file, errno) = (_files[place], _errnos[place]);
        if (errno != 0)
            return isOptional ? ReadStatus.Optional(file.Path, errno) : ReadStatus.Failed(file.Path, errno);
        var result = Parse(file.Text);
        var belowZero = WithdrawBelowZero();
        Malformed += belowZero;
        var status = Account(file.Path, result);
        return belowZero > 0 && status.Outcome == Outcome.Ok ? ReadStatus.Malformed(_belowZero[place], 0) : status;
    }

    /// <summary>
    /// Withdraws negative values: no value with a row is below 0, but a race or a damaged text may show one. Returns how many there were.
    /// </summary>
    int WithdrawBelowZero()
    {
        var count = 0;
        var slots = _rows[0].Values;
        for (var i = 0; i < slots.Length; i++)
        {
            if (slots[i] == KernelValue.Absent || !IsBelowZero(_rows.Rows[i], slots[i]))
                continue;
            slots[i] = KernelValue.Absent;
            count++;
        }
        return count;
    }

    /// <summary>
    /// The kernel may print a negative gauge as a u64, which the parser clamps to the largest long, or as a u32: no host has that many
    /// sockets or pages of buffers. It may have that many bytes.
    /// </summary>
    static bool IsBelowZero(Row row, long value) => value < 0
        || (row.Type == MetricType.Gauge
            && (value > MostOfAGauge
                || (value is > int.MaxValue and <= uint.MaxValue && (row.Scale == Scale.Pages || row.Unit.Length == 0))));

    /// <summary>More than any gauge counts on any host: 4 PiB, if the unit is bytes.</summary>
    const long MostOfAGauge = 1L << 52;

    ParseResult Parse(ReadOnlySpan<byte> text)
    {
        if (_extra is null)
            return _parser.Parse(text, _rows[0].Values);

        // Rows come first, then one slot for each further field. A new header may add some; then the text is parsed again.
        ParseResult result;
        do
        {
            if (_extraSlots.Length != _rows.Rows.Count + _extraFields.Count)
                _extraSlots = new long[_rows.Rows.Count + _extraFields.Count];
            _extraSlots.AsSpan().Fill(KernelValue.Absent);
            result = _parser.Parse(text, _extraSlots);
        }
        while (_extraSlots.Length != _rows.Rows.Count + _extraFields.Count);

        _extraSlots.AsSpan(0, _rows.Rows.Count).CopyTo(_rows[0].Values);
        for (var i = 0; i < _extraFields.Count; i++)
            _extra.Add(_extraFields[i])[s_field] = _extraSlots[_rows.Rows.Count + i];
        foreach (var (row, field) in _hiddenFields)
            if (_rows[0][row] != KernelValue.Absent)
                _extra.Add(field)[s_field] = _rows[0][row];
        return result;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    int ExtraSlot(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field)
    {
        var extra = ExtraField(Label.Text(section), Label.Text(field));
        for (var i = 0; i < _extraFields.Count; i++)
            if (_extraFields[i].Labels.AsSpan().SequenceEqual(extra.Labels))
                return _rows.Rows.Count + i;
        if (_extraFields.Count >= MaxExtra)
            return -1;
        _extraFields.Add(extra);
        return _rows.Rows.Count + _extraFields.Count - 1;
    }

    Instance ExtraField(string section, string field) => new($"{section}.{field}", ("table", Name), ("section", section), ("field", field));

    /// <summary>Limits the series of --netstat.all; a kernel has about 350 fields.</summary>
    const int MaxExtra = 1024;

    internal override void Reopen()
    {
        foreach (var file in _files)
            file.Close();
    }
}
