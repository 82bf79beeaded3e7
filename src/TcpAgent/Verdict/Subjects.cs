using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>What a resource's figures describe, as a sentence says it: "Port 8080", "CPU 3", "eth0".</summary>
static class Subjects
{
    /// <summary>Begins a sentence; null where there is only one, or none stands out.</summary>
    internal static string? Of(ResourceReport report) => report.Instance switch
    {
        null => null,
        EndpointInstance { Endpoint.Port: var port } => $"Port {port}",
        QueueInstance { Local: { Port: var port } } queue => $"Port {port} {queue.Where}",
        QueueInstance queue => $"A listener {queue.Where}",
        CpuInstance { Name: "all" } => "A CPU",
        CpuInstance cpu => $"CPU {cpu.Name}",
        TupleInstance { Tuple.Destination: var destination } => destination.ToString(),
        SourceInstance => "any destination",
        var other => other.Subject,
    };

    /// <summary>The same within a sentence.</summary>
    internal static string Within(string subject) =>
        subject.StartsWith("Port ", StringComparison.Ordinal) ? $"p{subject[1..]}"
        : subject.StartsWith("A listener ", StringComparison.Ordinal) ? $"a{subject[1..]}"
        : subject;
}
