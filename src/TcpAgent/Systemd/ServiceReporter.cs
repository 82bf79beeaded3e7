using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using TcpAgent.Sampling;

namespace TcpAgent.Systemd;

/// <summary>
/// Sends the service manager what <see cref="SystemdLifetime"/> does not, which sends READY and STOPPING: STATUS when it changes, WATCHDOG
/// for completed ticks only, RELOADING and READY around a reload. It delays the host's start, and so READY, until the first full sample.
/// </summary>
/// <param name="systemd">Sends a notification. It must not block: it is called on the sampler's thread.</param>
/// <param name="sampler">The sampler whose state is reported.</param>
/// <param name="watchdog">The watchdog timeout of the manager; null if there is none.</param>
/// <param name="time">The clock of the watchdog.</param>
/// <param name="logger">Receives messages for the operator.</param>
sealed class ServiceReporter(ISystemdNotifier systemd, Sampler sampler, TimeSpan? watchdog, TimeProvider time, ILogger logger)
    : IHostedLifecycleService
{
    /// <summary>As for /-/healthy: an agent that completes no tick in this many intervals is stuck.</summary>
    const int TicksOfWatchdog = 3;

    /// <summary>The manager ignores a datagram above PIPE_BUF; a UTF-16 unit is at most 3 bytes.</summary>
    const int MaxStatusChars = 1000;

    static readonly ServiceState s_alive = new("WATCHDOG=1");

    readonly Lock _lock = new();
    readonly TaskCompletionSource _sampled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// The time after which a WATCHDOG is due: a third of the timeout minus one tick, because the next tick would come after the third.
    /// </summary>
    readonly long _quiet = (long)(((watchdog / TicksOfWatchdog) - sampler.Interval)?.TotalSeconds * time.TimestampFrequency ?? 0);

    Phase _phase;
    Reload _reload;
    int _failing;
    long? _aliveSent;

    enum Phase
    {
        Starting,
        Running,
        Stopping,
    }

    enum Reload
    {
        None,
        Asked,
        Reopened,
    }

    /// <summary>Called on the sampler's thread when a tick has completed.</summary>
    internal void Ticked()
    {
        _sampled.TrySetResult();
        lock (_lock)
        {
            if (_phase == Phase.Starting)
                return;
            if (_phase == Phase.Running)
            {
                GoOnReloading();
                if (sampler.FailingSources != _failing)
                    SendStatus();
            }
            SendAlive();
        }
    }

    /// <summary>Called on SIGHUP. Each of several signals restarts the reload.</summary>
    internal void BeginReload()
    {
        lock (_lock)
        {
            if (_phase != Phase.Running)
                return;

            // systemd.service(5), Type=notify-reload: CLOCK_MONOTONIC, which is what Stopwatch reads on Linux.
            Send("RELOADING=1\nMONOTONIC_USEC=", Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000));
            _reload = Reload.Asked;
        }
    }

    /// <summary>Called when the server listens; the host has started when this returns.</summary>
    /// <exception cref="OperationCanceledException">The agent is stopped before its first sample.</exception>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await _sampled.Task.WaitAsync(cancellationToken);
        lock (_lock)
        {
            // The unit's timeout may be too short for --sample.interval: the manager would kill an agent that is on time.
            if (watchdog < TicksOfWatchdog * sampler.Interval)
                Send("WATCHDOG_USEC=", (TicksOfWatchdog * sampler.Interval).Ticks / TimeSpan.TicksPerMicrosecond);
            SendStatus();
            _phase = Phase.Running;
        }
        Log.Ready(logger, sampler.Describe());
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _phase = Phase.Stopping;
            systemd.Notify(Status("stopping"));
        }
        Log.Stopping(logger, sampler.Samples);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Returns one line of at most a thousand characters, because a line break would start the protocol's next assignment.
    /// </summary>
    internal static ServiceState Status(string text) => new("STATUS=" + string.Create(
        Math.Min(text.Length, MaxStatusChars), text, static (line, text) =>
        {
            for (var i = 0; i < line.Length; i++)
                line[i] = char.IsControl(text[i]) ? ' ' : text[i];
        }));

    void GoOnReloading()
    {
        switch (_reload)
        {
            case Reload.Asked:
                // This runs between two ticks, so the next one sees the new state.
                sampler.Reopen();
                _reload = Reload.Reopened;
                break;
            case Reload.Reopened:
                _reload = Reload.None;
                systemd.Notify(ServiceState.Ready);
                Log.Reloaded(logger);
                break;
        }
    }

    void SendStatus()
    {
        _failing = sampler.FailingSources;
        systemd.Notify(Status(sampler.Describe()));
    }

    void SendAlive()
    {
        var now = time.GetTimestamp();
        if (watchdog is null || now - _aliveSent < _quiet)
            return;
        _aliveSent = now;
        systemd.Notify(s_alive);
    }

    void Send(string assignment, long value) =>
        systemd.Notify(new ServiceState(assignment + value.ToString(CultureInfo.InvariantCulture)));
}
