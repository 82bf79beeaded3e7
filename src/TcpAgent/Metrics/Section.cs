namespace TcpAgent.Metrics;

/// <summary>Adds the rows of one section of a kernel file, such as TcpExt of /proc/net/netstat.</summary>
sealed class Section(Rows rows, string name)
{
    /// <param name="field">As the kernel prints it.</param>
    /// <param name="metric">The metric's name.</param>
    /// <param name="help">Without the source, which is added.</param>
    /// <param name="scale">What one unit of the kernel's is.</param>
    /// <param name="labels">Constant label text.</param>
    /// <param name="from">Where the value comes from, where that is not section and field.</param>
    internal Row Gauge(string field, string metric, string help, Scale scale = Scale.One, string labels = "", string? from = null) =>
        rows.Add(MetricType.Gauge, metric, help, scale, labels, name, field, from);

    /// <inheritdoc cref="Gauge"/>
    internal Row Counter(string field, string metric, string help, Scale scale = Scale.One, string labels = "", string? from = null) =>
        rows.Add(MetricType.Counter, metric, help, scale, labels, name, field, from);

    /// <summary>A counter that others are computed from, and that is not exported itself.</summary>
    internal Row Hidden(string field, string metric, string help) =>
        rows.Add(MetricType.Hidden, metric, help, Scale.One, "", name, field, null);
}
