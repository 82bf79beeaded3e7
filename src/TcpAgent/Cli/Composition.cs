using Microsoft.Extensions.Logging;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sampling;
using TcpAgent.Sources;

namespace TcpAgent.Cli;

/// <summary>The one way from options to a sampler and its exposition, for every verb.</summary>
sealed record Composition(Sampler Sampler, Exposition Exposition) : IDisposable
{
    internal static Composition From(AgentOptions options, TimeProvider time, ILogger logger, Func<long> logDropped)
    {
        var root = KernelRoot.At(options.ProcFs, options.SysFs);
        var sampler = new Sampler(
            All.Open(root, options.Sampling, time), new Agent(BuildInfo.Version, BuildInfo.Revision), options.Sampling, time, logger, logDropped);
        return new Composition(sampler, new Exposition(sampler.Blocks, Environment.SystemPageSize));
    }

    public void Dispose() => Sampler.Dispose();
}
