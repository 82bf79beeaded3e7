using TcpAgent.Metrics;

namespace TcpAgent.Sources;

/// <summary>A listener or receiver and its owner.</summary>
sealed class OwnerInstance(EndpointInstance of, OwnerFacts facts) : Instance(of.Subject, Join(of, facts))
{
    internal EndpointInstance Of { get; } = of;

    internal OwnerFacts Facts { get; } = facts;

    static (string, string)[] Join(EndpointInstance of, OwnerFacts facts) =>
    [
        .. EndpointInstance.LabelsOf(of.Endpoint, of.Device), ("unit", facts.Workload.Unit), ("container", facts.Workload.Container),
        ("pod", facts.Workload.Pod), ("process", facts.Program),
    ];
}
