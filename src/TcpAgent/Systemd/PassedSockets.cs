using System.Globalization;

namespace TcpAgent.Systemd;

/// <summary>
/// Socket activation, sd_listen_fds(3). Kestrel takes over the sockets by the same rule, but without any it would listen on its default
/// address instead.
/// </summary>
static class PassedSockets
{
    internal static int Count() => Count(
        Environment.GetEnvironmentVariable("LISTEN_PID"), Environment.GetEnvironmentVariable("LISTEN_FDS"), Environment.ProcessId);

    /// <summary>
    /// The number of passed sockets; 0 unless they are for this process, because children inherit the variables but not the sockets.
    /// </summary>
    internal static int Count(string? process, string? sockets, int ownProcess) =>
        process == ownProcess.ToString(CultureInfo.InvariantCulture)
        && int.TryParse(sockets, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
}
