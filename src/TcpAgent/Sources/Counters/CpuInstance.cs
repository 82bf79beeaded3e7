using System.Globalization;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

sealed class CpuInstance(int cpu) : Instance($"cpu {cpu}", ("cpu", cpu.ToString(CultureInfo.InvariantCulture)))
{
    internal int Cpu { get; } = cpu;
}
