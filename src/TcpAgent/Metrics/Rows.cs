using System.Collections;

namespace TcpAgent.Metrics;

/// <summary>
/// The rows of one kind of table, in the order in which they were added, which is that of the exposition. They are static: a row is
/// declared where it is added, and nowhere else.
/// </summary>
/// <param name="instanceLabels">
/// The label names of the table's instances; none for a plain table, which has one instance without labels.
/// </param>
sealed class Rows(params string[] instanceLabels) : IReadOnlyList<Row>
{
    readonly List<Row> _rows = [];

    internal string[] InstanceLabels => instanceLabels;

    internal bool IsPlain => instanceLabels.Length == 0;

    public int Count => _rows.Count;

    public Row this[int slot] => _rows[slot];

    public List<Row>.Enumerator GetEnumerator() => _rows.GetEnumerator();

    IEnumerator<Row> IEnumerable<Row>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <param name="name">
    /// The name, by the conventions of Prometheus: base unit last, counters end in _total. Rows of one name must be adjacent.
    /// </param>
    /// <param name="help">The help text without the origin, which is appended.</param>
    /// <param name="scale">The size of one unit of the slot.</param>
    /// <param name="labels">Constant label text.</param>
    /// <param name="field">The name by which the kernel file prints the value, if one does.</param>
    /// <param name="from">The value's origin, if it is not the field's name.</param>
    internal Row Gauge(string name, string help, Scale scale = Scale.One, string labels = "", string field = "", string? from = null) =>
        Add(MetricType.Gauge, name, help, scale, labels, "", field, from);

    /// <inheritdoc cref="Gauge"/>
    internal Row Counter(string name, string help, Scale scale = Scale.One, string labels = "", string field = "", string? from = null) =>
        Add(MetricType.Counter, name, help, scale, labels, "", field, from);

    /// <summary>Kept in the sample for the verdict, not exported.</summary>
    internal Row Hidden(string name, string help, string field = "") => Add(MetricType.Hidden, name, help, Scale.One, "", "", field, null);

    internal Row Info(string name, string help) => Add(MetricType.Info, name, help, Scale.One, "", "", "", null);

    internal Row Untyped(string name, string help) => Add(MetricType.Untyped, name, help, Scale.One, "", "", "", null);

    /// <summary>Adds the rows of one section of a file that has sections.</summary>
    internal Section Section(string name) => new(this, name);

    internal Row Add(MetricType type, string name, string help, Scale scale, string labels, string section, string field, string? from)
    {
        var row = new Row(this, _rows.Count, type, name, help, scale, labels, section, field, from);
        _rows.Add(row);
        return row;
    }

    /// <summary>The row of a kernel field, or null if there is none.</summary>
    internal Row? Find(ReadOnlySpan<byte> section, ReadOnlySpan<byte> field)
    {
        foreach (var row in _rows)
            if (row.FieldUtf8.Length > 0 && field.SequenceEqual(row.FieldUtf8) && section.SequenceEqual(row.SectionUtf8))
                return row;
        return null;
    }
}
