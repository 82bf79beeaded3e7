using System.Text;

namespace TcpAgent.Metrics;

/// <summary>
/// One row: everything there is to say about a metric. The row's index in its block is its slot.
/// <paramref name="Section"/> and <paramref name="Field"/> are the names by which the kernel file prints the value;
/// <paramref name="Labels"/> is constant label text such as <c>state="listen"</c>.
/// </summary>
sealed record Metric(
    MetricType Type, string Section, string Field, string Name, string Help, Scale Scale = Scale.One, string Labels = "", string? Origin = null)
{
    /// <summary>A slot whose value the kernel did not give. Never exported.</summary>
    internal const long Absent = long.MinValue;

    internal byte[] SectionUtf8 { get; } = Encoding.UTF8.GetBytes(Section);

    internal byte[] FieldUtf8 { get; } = Encoding.UTF8.GetBytes(Field);

    /// <summary>Where the value comes from, in the kernel's own words: the text in brackets that ends HELP.</summary>
    internal string Source => Origin ?? (Section.Length == 0 ? Field : $"{Section}.{Field}");

    internal string FullHelp => Source.Length == 0 ? Help : $"{Help} [{Source}]";

    /// <summary>The base unit, which is by convention the last word of the name, or "" for a plain count.</summary>
    internal string Unit
    {
        get
        {
            var family = Type == MetricType.Counter && Name.EndsWith("_total", StringComparison.Ordinal) ? Name[..^6] : Name;
            return family.EndsWith("_seconds", StringComparison.Ordinal) ? "seconds"
                : family.EndsWith("_bytes", StringComparison.Ordinal) ? "bytes"
                : "";
        }
    }

    internal static Metric Counter(
        string section, string field, string name, string help, Scale scale = Scale.One, string labels = "", string? origin = null) =>
        new(MetricType.Counter, section, field, name, help, scale, labels, origin);

    internal static Metric Hidden(string name, string help) => new(MetricType.Hidden, "", "", name, help);

    internal static Metric Gauge(
        string section, string field, string name, string help, Scale scale = Scale.One, string labels = "", string? origin = null) =>
        new(MetricType.Gauge, section, field, name, help, scale, labels, origin);
}
