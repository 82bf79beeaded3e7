using TcpAgent.Resources;

namespace TcpAgent.Tests.Support;

static class ResourceFacts
{
    /// <summary>
    /// What is exported of one resource. <paramref name="subject"/> is compared with the subjects of all resources that name one, joined.
    /// </summary>
    internal static void Shows(
        this ResourceMonitor monitor, string resource, ResourceState? state = null, Expected used = default, Expected limit = default,
        Expected peak = default, Expected losses = default, Expected recentLosses = default, Expected lossesPeak = default,
        Expected saturatedNs = default, string? subject = null)
    {
        long? Value(string metric) => monitor.Metric(metric, resource);
        new Facts(resource)
            .Is<ResourceState>(state, (ResourceState?)Value("state"))
            .Is(used, Value("used"))
            .Is(limit, Value("limit"))
            .Is(peak, Value("used_peak"))
            .Is(losses, Value("losses_total"))
            .Is(recentLosses, Value("recent_losses"))
            .Is(lossesPeak, Value("losses_peak"))
            .Is(saturatedNs, Value("saturated_seconds_total"))
            .Is(subject, monitor.Subjects())
            .Verify();
    }

    /// <summary>One metric of a resource; null when it is absent.</summary>
    internal static long? Metric(this ResourceMonitor monitor, string metric, string resource) =>
        monitor.Value($"tcpagent_resource_{metric}", $"resource=\"{resource}\"");

    /// <summary>The subjects of all resources that name one.</summary>
    internal static string Subjects(this ResourceMonitor monitor) =>
        string.Join(' ', monitor[ResourceMonitor.SubjectRows].Keys().Select(key => key.Split("subject=")[1].Trim('"')));
}
