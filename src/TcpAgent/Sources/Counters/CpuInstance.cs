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

    /// <summary>All CPUs together, where nothing identifies them.</summary>
    internal static CpuInstance All() => new("all CPUs", "all");

    /// <summary>The kernel's CPU number, or "all".</summary>
    internal string Name { get; }
}
