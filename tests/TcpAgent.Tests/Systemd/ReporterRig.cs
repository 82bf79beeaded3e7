using Microsoft.Extensions.Hosting.Systemd;
using NSubstitute;
using TcpAgent.Metrics;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.Systemd;

namespace TcpAgent.Tests.Systemd;

/// <summary>A reporter over a sampler with one source, whose ticks the test makes, and a substitute for the package's notifier.</summary>
sealed class ReporterRig : IDisposable
{
    Sampler? _sampler;
    ServiceReporter? _reporter;

    internal ReporterRig() => Systemd.When(systemd => systemd.Notify(Arg.Any<ServiceState>()))
        .Do(call => All.Add(call.Arg<ServiceState>().ToString()));

    internal ISystemdNotifier Systemd { get; } = Substitute.For<ISystemdNotifier>();

    internal ManualTime Time { get; } = new();

    internal ListLogger Log { get; } = new();

    internal FakeSource Source { get; } = new();

    internal Sampler Sampler => _sampler!;

    internal ServiceReporter Reporter => _reporter!;

    internal List<string> All { get; } = [];

    /// <summary>Since the last time.</summary>
    internal string[] Said()
    {
        string[] said = [.. All];
        All.Clear();
        return said;
    }

    /// <summary>To where the host has started.</summary>
    internal async Task Start(double? watchdog = null, double interval = 1, ISystemdNotifier? systemd = null)
    {
        Create(watchdog, interval, systemd);
        Tick();
        await Reporter.StartedAsync(default);
    }

    internal void Create(double? watchdog = null, double interval = 1, ISystemdNotifier? systemd = null)
    {
        var options = SamplingOptions.Default with { Interval = TimeSpan.FromSeconds(interval) };
        _sampler = new Sampler([Source], new AgentMetrics("0", "0"), options, Time, Log, () => 0);
        _reporter = new ServiceReporter(
            systemd ?? Systemd, _sampler, watchdog is { } seconds ? TimeSpan.FromSeconds(seconds) : null, Time, Log);
    }

    internal void Tick()
    {
        Time.Advance(Sampler.Interval);
        Sampler.Take();
        Reporter.Ticked();
    }

    public void Dispose() => _sampler?.Dispose();

    internal sealed class FakeSource() : Source("fake", new Rows())
    {
        internal int Reopened { get; private set; }

        internal ReadStatus Status { get; set; }

        internal override ReadStatus Read(in Tick tick) => Status;

        internal override void Reopen() => Reopened++;
    }
}
