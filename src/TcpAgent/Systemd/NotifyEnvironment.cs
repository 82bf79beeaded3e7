using System.Globalization;
using System.Net.Sockets;

namespace TcpAgent.Systemd;

/// <summary>The settings that a service manager passes to a service: sd_notify(3), sd_watchdog_enabled(3).</summary>
static class NotifyEnvironment
{
    internal const string Socket = "NOTIFY_SOCKET";

    /// <summary>Why the address is unusable; null if it is usable or there is none.</summary>
    internal static string? Problem(string? address)
    {
        if (string.IsNullOrEmpty(address))
            return null;

        // An AF_VSOCK address is for the PID 1 of a virtual machine, never for a service.
        if (address[0] is not ('/' or '@'))
            return $"{Socket}={address} is neither an absolute path nor an abstract name";
        try
        {
            _ = new UnixDomainSocketEndPoint(address[0] == '@' ? string.Concat("\0", address.AsSpan(1)) : address);
            return null;
        }
        catch (ArgumentException)
        {
            return $"{Socket}={address} is longer than a socket address can be";
        }
    }

    internal static TimeSpan? Watchdog() => Watchdog(
        Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID"), Environment.ProcessId);

    /// <summary>The watchdog timeout of the manager; null if there is none for this process.</summary>
    internal static TimeSpan? Watchdog(string? microseconds, string? process, int ownProcess) =>
        (process is null || (TryParse(process, out var pid) && pid == ownProcess))
        && TryParse(microseconds, out var value) && value is > 0 and <= long.MaxValue / TimeSpan.TicksPerMicrosecond
            ? TimeSpan.FromMicroseconds(value)
            : null;

    static bool TryParse(string? text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
