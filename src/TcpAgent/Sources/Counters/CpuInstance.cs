using System.Globalization;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

sealed class CpuInstance : Instance
{
    internal CpuInstance(int cpu)
        : this($"cpu {cpu.ToString(CultureInfo.InvariantCulture)}", cpu.ToString(CultureInfo.InvariantCulture))
    {
    }

    CpuInstance(string subject, string name)
        : base(subject, ("cpu", name)) => Name = name;

    /// <summary>All of them together, where nothing tells which is which.</summary>
    internal static CpuInstance All() => new("all CPUs", "all");

    /// <summary>The kernel's number of it, or all.</summary>
    internal string Name { get; }
}
