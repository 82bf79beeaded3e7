using Microsoft.Extensions.Logging;
using TcpAgent.Sampling;

namespace TcpAgent.Systemd;

/// <summary>
/// What systemd is told, and when: READY once the first full sample is taken and the server listens, STATUS when it changes,
/// WATCHDOG from completed ticks only, RELOADING and READY around a reload, STOPPING at the end.
/// </summary>
sealed class ServiceState(Notifier notifier, Sampler sampler, TimeProvider time, ILogger logger)
{
    /// <summary>As for /-/healthy: an agent is stuck that completes no tick in this many intervals.</summary>
    const int TicksOfWatchdog = 3;

    readonly Lock _lock = new();
    readonly long _watchdogInterval = (long)((notifier.WatchdogInterval ?? TimeSpan.Zero).TotalSeconds * time.TimestampFrequency / TicksOfWatchdog);
    long _watchdogSent;
    int _failing = -1;
    bool _listening;
    bool _ready;
    bool _wasReady;
    bool _reloading;

    /// <summary>The server accepts connections.</summary>
    internal void Listening()
    {
        lock (_lock)
        {
            _listening = true;
            TryReady();
        }
    }

    /// <summary>A tick was completed; called on the sampler's thread.</summary>
    internal void Ticked()
    {
        lock (_lock)
        {
            if (_reloading && _ready)
            {
                // The reload begins between two ticks, and the tick after it has seen the new state of things.
                _reloading = false;
                sampler.Reopen();
                _ready = false;
                Log.Reloaded(logger);
            }
            else
            {
                TryReady();
            }
            Watchdog();
            if (_ready && sampler.FailingSources != _failing)
                SendStatus();
        }
    }

    /// <summary>SIGHUP.</summary>
    internal void Reload()
    {
        lock (_lock)
        {
            if (!_ready)
                return;
            notifier.Reloading();
            _reloading = true;
        }
    }

    internal void Stopping()
    {
        lock (_lock)
        {
            Log.Stopping(logger, sampler.Samples);
            notifier.Stopping("stopping");
        }
    }

    void TryReady()
    {
        if (_ready || !_listening || sampler.Samples == 0)
            return;
        _ready = true;

        // The unit's may be too short for --sample.interval: it would kill an agent that is on time.
        if (!_wasReady && notifier.WatchdogInterval < TicksOfWatchdog * sampler.Interval)
            notifier.WatchdogEvery(TicksOfWatchdog * sampler.Interval);
        _failing = sampler.FailingSources;
        notifier.Ready(sampler.Describe());
        if (!_wasReady)
            Log.Ready(logger, sampler.Describe());
        _wasReady = true;
    }

    void Watchdog()
    {
        if (_watchdogInterval == 0)
            return;
        var now = time.GetTimestamp();
        if (now - _watchdogSent < _watchdogInterval && _watchdogSent != 0)
            return;
        _watchdogSent = now;
        notifier.Watchdog();
    }

    void SendStatus()
    {
        _failing = sampler.FailingSources;
        notifier.Status(sampler.Describe());
    }
}
