using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TcpAgent.Systemd;

/// <summary>
/// Tells the service manager how we are: sd_notify(3), written by hand as that page advises.
/// Nothing here throws or waits because of the socket; what was not delivered is counted. Thread safe.
/// </summary>
sealed class Notifier : IDisposable
{
    // The manager ignores a datagram above PIPE_BUF, which would lose READY=1 with it; a UTF-16 unit is at most 3 bytes.
    const int MaxStatusChars = 1000;

    readonly Lock _gate = new();
    readonly DatagramSocket? _socket;
    long _failures;

    internal Notifier(string? socketPath, TimeSpan? watchdog)
    {
        // An AF_VSOCK address goes to a machine's own PID 1, never to a service.
        if (socketPath is null || !(socketPath.StartsWith('/') || socketPath.StartsWith('@')))
            return;

        _socket = new DatagramSocket(socketPath);
        WatchdogInterval = watchdog;
    }

    internal bool Enabled => _socket is not null;

    /// <summary>How long the manager waits for a sign of life; null when nobody waits.</summary>
    internal TimeSpan? WatchdogInterval { get; }

    internal long Failures => Interlocked.Read(ref _failures);

    /// <summary>
    /// NOTIFY_SOCKET alone decides: looking at the parent process as well would need /proc of another user,
    /// which ProtectProc=invisible hides.
    /// </summary>
    internal static Notifier FromEnvironment()
    {
        // sd_notify(3), sd_watchdog_enabled(3): unset, so that no child mistakes the variables for its own.
        var path = Take("NOTIFY_SOCKET");
        var interval = Take("WATCHDOG_USEC");
        var process = Take("WATCHDOG_PID");
        return new Notifier(path, WatchdogFrom(interval, process));
    }

    internal bool Ready(string status) => Send("READY=1\nSTATUS=" + OneLine(status));

    internal bool Status(string status) => Send("STATUS=" + OneLine(status));

    /// <summary>To be followed by <see cref="Ready"/> when the reload is over.</summary>
    internal bool Reloading()
    {
        // systemd.service(5), Type=notify-reload: CLOCK_MONOTONIC, which is what Stopwatch reads on Linux.
        var microseconds = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);
        return Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={microseconds}"));
    }

    internal bool Stopping(string status) => Send("STOPPING=1\nSTATUS=" + OneLine(status));

    /// <summary>Asks for this much time from now on, while starting, reloading or stopping takes long.</summary>
    internal bool ExtendTimeout(TimeSpan time) => SendMicroseconds("EXTEND_TIMEOUT_USEC", time);

    /// <summary>Another interval of the watchdog than the unit's.</summary>
    internal bool WatchdogEvery(TimeSpan interval) => SendMicroseconds("WATCHDOG_USEC", interval);

    /// <summary>The sign of life. Allocates nothing: it is sent from the sample path.</summary>
    internal bool Watchdog() => Send("WATCHDOG=1"u8);

    public void Dispose()
    {
        lock (_gate)
            _socket?.Dispose();
    }

    internal static TimeSpan? WatchdogFrom(string? microseconds, string? process)
    {
        if (process is not null && !(TryParse(process, out var pid) && pid == Environment.ProcessId))
            return null;

        return TryParse(microseconds, out var value) && value is > 0 and <= long.MaxValue / TimeSpan.TicksPerMicrosecond
            ? TimeSpan.FromTicks(value * TimeSpan.TicksPerMicrosecond)
            : null;
    }

    static bool TryParse(string? text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    static string? Take(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, null);
        return value;
    }

    // A line break would begin the next assignment of the protocol.
    static string OneLine(string status) =>
        string.Create(Math.Min(status.Length, MaxStatusChars), status, static (line, text) =>
        {
            for (var i = 0; i < line.Length; i++)
                line[i] = char.IsControl(text[i]) ? ' ' : text[i];
        });

    bool SendMicroseconds(string name, TimeSpan time) =>
        Send(string.Create(CultureInfo.InvariantCulture, $"{name}={Math.Max(0, time.Ticks / TimeSpan.TicksPerMicrosecond)}"));

    // The encoder replaces lone surrogates: the manager ignores a status that is not UTF-8.
    bool Send(string assignments) => Enabled && Send(Encoding.UTF8.GetBytes(assignments));

    bool Send(ReadOnlySpan<byte> datagram)
    {
        if (_socket is null)
            return false;

        lock (_gate)
        {
            if (_socket.Send(datagram) == System.Net.Sockets.SocketError.Success)
                return true;
        }

        Interlocked.Increment(ref _failures);
        return false;
    }
}
