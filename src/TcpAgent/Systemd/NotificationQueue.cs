using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace TcpAgent.Systemd;

/// <summary>
/// Sends on a thread of its own, in order: the package's notifier throws when nobody listens, and waits for as long as the manager does
/// not read. The callers neither wait nor see an error; what was not delivered is counted, and logged once. Thread safe.
/// </summary>
sealed class NotificationQueue : ISystemdNotifier, IDisposable
{
    /// <summary>Minutes of notifications. What finds no room is lost, so a manager that reads again is not flooded.</summary>
    internal const int Capacity = 16;

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    readonly ISystemdNotifier? _systemd;
    readonly ILogger _logger;
    readonly BlockingCollection<ServiceState> _waiting = new(Capacity);
    readonly Thread? _thread;
    long _lost;
    bool _isLosing;

    /// <param name="systemd">Where to; used on one thread. Without one there is nobody to notify.</param>
    /// <param name="logger">For the first of the notifications that are lost, and for the end of that.</param>
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

    /// <summary>Gives the manager a moment for what waits; one that does not read does not hold the agent's end up.</summary>
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
            // Ended: a sampler that hung in a read may tick once more.
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
