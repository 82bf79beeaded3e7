using System.Globalization;
using TcpAgent.Kernel.Processes;
using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>One process, by its name and PID.</summary>
sealed class ProcessInstance(ProcessIdentity identity, string name) : Instance(
    $"{name}[{identity.Pid}]", ("process", name), ("pid", identity.Pid.ToString(CultureInfo.InvariantCulture)))
{
    internal ProcessIdentity Identity { get; } = identity;

    internal string Name { get; } = name;
}
