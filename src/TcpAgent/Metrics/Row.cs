using System.Text;

namespace TcpAgent.Metrics;

/// <summary>
/// The full description of one metric of a table. A row knows its table and its slot there, so code stores and reads values by the row
/// itself.
/// </summary>
sealed class Row
{
    internal Row(
        Rows rows, int slot, MetricType type, string name, string help, Scale scale, string labels, string section, string field,
        string? from)
    {
        (Rows, Slot, Type, Name, Help, Scale, Labels, Section, Field) = (rows, slot, type, name, help, scale, labels, section, field);
        From = from ?? (section.Length == 0 ? field : $"{section}.{field}");
        (SectionUtf8, FieldUtf8) = (Encoding.UTF8.GetBytes(section), Encoding.UTF8.GetBytes(field));
    }

    /// <summary>The rows of the table.</summary>
    internal Rows Rows { get; }

    /// <summary>Index among the rows of its table.</summary>
    internal int Slot { get; }

    internal MetricType Type { get; }

    internal string Name { get; }

    internal string Help { get; }

    /// <summary>The size of one unit of the slot in the metric's base unit.</summary>
    internal Scale Scale { get; }

    /// <summary>Constant label text such as <c>state="listen"</c>, or "".</summary>
    internal string Labels { get; }

    /// <summary>
    /// The section of the kernel file that prints the value, or "" if the file has no sections or no file prints the value.
    /// </summary>
    internal string Section { get; }

    /// <summary>The name by which the kernel file prints the value, or "" if no file does.</summary>
    internal string Field { get; }

    internal byte[] SectionUtf8 { get; }

    internal byte[] FieldUtf8 { get; }

    /// <summary>The value's origin in the kernel's own words: the text in brackets at the end of HELP, or "".</summary>
    internal string From { get; }

    internal string FullHelp => From.Length == 0 ? Help : $"{Help} [{From}]";

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
}
