using Microsoft.Extensions.Logging;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sampling;
using TcpAgent.Sources;

namespace TcpAgent.Cli;

/// <summary>Builds the sampler and its exposition from the options, in the same way for every verb.</summary>
sealed record Composition(Sampler Sampler, Exposition Exposition, AgentEvents Events) : IDisposable
{
    internal static Composition From(
        AgentOptions options, TimeProvider time, ILogger logger, Func<long> logDropped, AgentEvents events, ReloadStatus? webConfig = null,
        Source? history = null)
    {
        var root = KernelRoot.At(options.ProcFs, options.SysFs);
        var self = new AgentMetrics(BuildInfo.Version, BuildInfo.Revision, webConfig, NamespaceInstance.Of(root));
        var sources = Sources(root, options.Sampling, time, events);
        if (history is not null)
            sources.Add(history);
        var sampler = new Sampler(sources, self, options.Sampling, time, logger, logDropped, events);
        return new Composition(sampler, new Exposition(
            sampler.Tables, Environment.SystemPageSize, events, options.NodeNames ? NodeNames.All : []), events);
    }

    /// <summary>All sources, and last the resources derived from them.</summary>
    internal static List<Source> Sources(KernelRoot root, SamplingOptions options, TimeProvider time, AgentEvents? events = null)
    {
        var sources = SourceList.Open(root, options, time, events);
        sources.Add(new ResourceMonitor([.. sources], options, time, events));
        return sources;
    }

    public void Dispose() => Sampler.Dispose();
}
