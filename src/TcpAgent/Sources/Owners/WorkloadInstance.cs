using TcpAgent.Kernel.Cgroups;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>A unit or container.</summary>
sealed class WorkloadInstance(Workload workload) : Instance(
    workload.Name, ("unit", workload.Unit), ("container", workload.Container), ("pod", workload.Pod));
