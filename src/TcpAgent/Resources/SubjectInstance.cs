using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>A resource and the listener, CPU, device, queue or destination behind its figures.</summary>
sealed class SubjectInstance(Resource resource, Instance of) : Instance(of.Subject, ("resource", resource.Name), ("subject", of.Subject))
{
    internal Resource Resource { get; } = resource;

    internal Instance Of { get; } = of;
}
