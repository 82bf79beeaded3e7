namespace TcpAgent.Metrics;

/// <summary>Adds the rows of one section of a kernel file, such as TcpExt of /proc/net/netstat.</summary>
sealed class Section(Rows rows, string name)
{
    /// <param name="field">The field's name, as the kernel prints it.</param>
    /// <param name="metric">The metric's name.</param>
    /// <param name="help">The help text without the origin, which is appended.</param>
    /// <param name="scale">The size of one kernel unit.</param>
    /// <param name="labels">Constant label text.</param>
    /// <param name="from">The value's origin, if it is not section and field.</param>
    internal Row Gauge(string field, string metric, string help, Scale scale = Scale.One, string labels = "", string? from = null) =>
        rows.Add(MetricType.Gauge, metric, help, scale, labels, name, field, from);

    /// <inheritdoc cref="Gauge"/>
    internal Row Counter(string field, string metric, string help, Scale scale = Scale.One, string labels = "", string? from = null) =>
        rows.Add(MetricType.Counter, metric, help, scale, labels, name, field, from);

    /// <summary>Adds a counter that is not exported itself but from which others are computed.</summary>
    internal Row Hidden(string field, string metric, string help) =>
        rows.Add(MetricType.Hidden, metric, help, Scale.One, "", name, field, null);
}
