using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.History;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Benchmarks;

/// <summary>One tick of the live kernel, back to back. The clock moves by a second each time, so every tenth is a slow one.</summary>
[MemoryDiagnoser]
public class TickBenchmarks
{
    readonly ManualTime _time = new();
    TestAgent _agent = null!;

    [GlobalSetup]
    public void Open() => _agent = new TestAgent(KernelRoot.At("/proc", "/sys"), SamplingOptions.Default, _time);

    [GlobalCleanup]
    public void Close() => _agent.Dispose();

    [Benchmark]
    public void Tick()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        _agent.Sampler.Take();
    }
}

/// <summary>The same tick without and with the flight recorder, whose writer runs on its own thread as it does in the daemon.</summary>
[MemoryDiagnoser]
public class HistoryBenchmarks
{
    readonly ManualTime _time = new();
    string _folder = "";
    TestAgent _agent = null!;
    HistoryWriter _writer = null!;
    Recorder _recorder = null!;

    [Params(false, true)]
    public bool HasHistory { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _agent = new TestAgent(KernelRoot.At("/proc", "/sys"), SamplingOptions.Default, _time);
        _folder = Directory.CreateTempSubdirectory("tcp-agent-").FullName;
        _writer = new HistoryWriter(
            Path.Combine(_folder, "history.ring"), HistoryHeader.For(TimeSpan.FromHours(1), TimeSpan.FromSeconds(1)), TimeProvider.System,
            NullLogger.Instance);
        _recorder = new Recorder(_writer, TimeSpan.FromSeconds(1));
        _writer.Start();
    }

    [GlobalCleanup]
    public void Close()
    {
        _writer.Dispose();
        _agent.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public void TickWithHistory()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        _agent.Sampler.Take();
        if (HasHistory)
            _recorder.Ticked(_agent.Sampler.Snapshots);
    }
}

/// <summary>One rendering of one snapshot into a buffer, without HTTP and gzip.</summary>
[MemoryDiagnoser]
public class RenderBenchmarks
{
    TestAgent _agent = null!;

    [Params("linux-6.18", "many")]
    public string Set { get; set; } = "";

    [GlobalSetup]
    public void Sample()
    {
        _agent = TestAgent.OverFixture(Set, new ManualTime());
        _agent.Sampler.Take();
    }

    [GlobalCleanup]
    public void Close() => _agent.Dispose();

    [Benchmark]
    public int RenderText() => _agent.Render(ExpositionFormat.Text).Length;

    [Benchmark]
    public int RenderOpenMetrics() => _agent.Render(ExpositionFormat.OpenMetrics).Length;
}

/// <summary>A label text made from a name, which each new device or CPU costs once.</summary>
[MemoryDiagnoser]
public class LabelBenchmarks
{
    [Benchmark]
    public int LabelPlain() => Label.Render(("device", "veth0a1b2c3")).Length;

    [Benchmark]
    public int LabelEscaped() => Label.Render(("device", "a\"b\\c\nd")).Length;
}
