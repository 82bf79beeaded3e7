using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.Cli;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sampling;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Support;

/// <summary>The whole data path of the agent, over a root and a clock that the test sets.</summary>
sealed class TestAgent : IDisposable
{
    readonly ArrayBufferWriter<byte> _buffer = new(4 * 1024 * 1024);
    readonly Exposition _exposition;
    readonly Exposition _whole;

    internal TestAgent(KernelRoot root, SamplingOptions options, TimeProvider time, params ReadOnlySpan<Alias> aliases)
    {
        Sampler = new Sampler(
            Composition.Sources(root, options, time, Events), new AgentMetrics("0.0.0", "test"), options, time, NullLogger.Instance,
            () => 0, Events);
        _exposition = new Exposition(Sampler.Tables, pageSize: 4096);
        _whole = new Exposition(Sampler.Tables, pageSize: 4096, Events, aliases);
    }

    /// <summary>An agent over a fixture set, without the parts that differ from run to run.</summary>
    internal static TestAgent OverFixture(
        string set, TimeProvider time, bool allFields = false, params ReadOnlySpan<Alias> aliases) => new(
        new KernelRoot(Fixtures.Proc(set), Fixtures.Sys(set), Live: false),
        SamplingOptions.Default with { AllNetstatFields = allFields, DisabledSources = ["process"] }, time, aliases);

    internal Sampler Sampler { get; }

    internal AgentEvents Events { get; } = new();

    /// <summary>Renders the snapshot into a buffer that is reused.</summary>
    internal ReadOnlySpan<byte> Render(ExpositionFormat format) => Render(_exposition, format);

    /// <summary>The snapshot and the agent's own events, as a scraper has them.</summary>
    internal ReadOnlySpan<byte> RenderWhole(ExpositionFormat format) => Render(_whole, format);

    ReadOnlySpan<byte> Render(Exposition exposition, ExpositionFormat format)
    {
        _buffer.ResetWrittenCount();
        var snapshot = Sampler.Snapshots.Acquire()!;
        exposition.Write(snapshot, format, [], _buffer);
        Sampler.Snapshots.Release(snapshot);
        return _buffer.WrittenSpan;
    }

    internal string Text(ExpositionFormat format = ExpositionFormat.Text) => Encoding.UTF8.GetString(Render(format));

    /// <summary>The value of one series as it is written, or null.</summary>
    internal string? Value(string series)
    {
        foreach (var line in Text().Split('\n'))
            if (line.StartsWith(series + " ", StringComparison.Ordinal))
                return line[(series.Length + 1)..];
        return null;
    }

    public void Dispose() => Sampler.Dispose();
}
