using TcpAgent.Metrics;

namespace TcpAgent.Resources;

/// <summary>A resource and the listener, CPU, device, queue or destination behind its figures.</summary>
sealed class SubjectInstance(Resource resource, Instance of) : Instance(of.Subject, ("resource", resource.Name), ("subject", of.Subject))
{
    internal Resource Resource { get; } = resource;

    internal Instance Of { get; } = of;

    /// <summary>What a resource's figures describe at this sample; null where there is only one, or none stands out.</summary>
    /// <param name="subjects">The table of <see cref="ResourceMonitor.SubjectRows"/>; null without one.</param>
    /// <param name="resource">The resource.</param>
    internal static Instance? In(Table? subjects, Resource resource)
    {
        for (var i = 0; i < subjects?.Count; i++)
            if (subjects.InstanceAt(i) is SubjectInstance known && ReferenceEquals(known.Resource, resource))
                return known.Of;
        return null;
    }
}
