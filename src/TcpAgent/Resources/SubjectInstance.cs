using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>A resource and which of its listeners, CPUs, devices, queues or destinations its figures are of.</summary>
sealed class SubjectInstance(Resource resource, Instance of) : Instance(of.Subject, ("resource", resource.Name), ("subject", of.Subject))
{
    internal Resource Resource { get; } = resource;

    internal Instance Of { get; } = of;
}
