using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace TcpAgent.Systemd;

/// <summary>
/// Sends notifications in order on its own thread, because the package's notifier throws when nobody listens and blocks while the manager
/// does not read. Callers neither wait nor see an error. Undelivered notifications are counted, and logged once. Thread safe.
/// </summary>
sealed class NotificationQueue : ISystemdNotifier, IDisposable
{
    /// <summary>
    /// Capacity for minutes of notifications. Further ones are lost, so that a manager that resumes reading is not flooded.
    /// </summary>
    internal const int Capacity = 16;

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    readonly ISystemdNotifier? _systemd;
    readonly ILogger _logger;
    readonly BlockingCollection<ServiceState> _waiting = new(Capacity);
    readonly Thread? _thread;
    long _lost;
    bool _isLosing;

    /// <param name="systemd">The notifier, used on one thread; null if there is nobody to notify.</param>
    /// <param name="logger">Receives one line when notifications begin to be lost, and one when that ends.</param>
    internal NotificationQueue(ISystemdNotifier? systemd, ILogger logger)
    {
        (_systemd, _logger) = (systemd, logger);
        if (systemd is not { IsEnabled: true })
            return;
        _thread = new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "notify" };
        _thread.Start();
    }

    /// <summary>NOTIFY_SOCKET alone decides: AddSystemd() also looks at the parent process, which ProtectProc=invisible hides.</summary>
    internal static NotificationQueue FromEnvironment(ILogger logger)
    {
        var problem = NotifyEnvironment.Problem(Environment.GetEnvironmentVariable(NotifyEnvironment.Socket));
        if (problem is not null)
            Log.NotNotified(logger, problem);
        return new NotificationQueue(problem is null ? new SystemdNotifier() : null, logger);
    }

    public bool IsEnabled => _thread is not null;

    /// <summary>Notifications that were not delivered.</summary>
    internal long Lost => Interlocked.Read(ref _lost);

    /// <summary>Allocates nothing.</summary>
    public void Notify(ServiceState state)
    {
        if (IsEnabled && !TryAdd(state))
            Lose("it does not read from its socket");
    }

    /// <summary>
    /// Gives the manager a moment for queued notifications. A manager that does not read does not delay the agent's exit.
    /// </summary>
    public void Dispose()
    {
        _waiting.CompleteAdding();
        _thread?.Join(s_patience);
    }

    bool TryAdd(ServiceState state)
    {
        try
        {
            return _waiting.TryAdd(state);
        }
        catch (InvalidOperationException)
        {
            // The queue is closed: a sampler that hung in a read may tick once more.
            return false;
        }
    }

    void Run()
    {
        foreach (var state in _waiting.GetConsumingEnumerable())
        {
            try
            {
                _systemd!.Notify(state);
                Deliver();
            }
            catch (Exception e)
            {
                Lose(e.Message);
            }
        }
    }

    void Deliver()
    {
        if (_waiting.Count == 0 && Interlocked.Exchange(ref _isLosing, false))
            Log.NotifiedAgain(_logger, Lost);
    }

    void Lose(string reason)
    {
        Interlocked.Increment(ref _lost);
        if (!Interlocked.Exchange(ref _isLosing, true))
            Log.NotNotified(_logger, reason);
    }
}
