using System.Globalization;

namespace TcpAgent.Systemd;

/// <summary>
/// Socket activation, sd_listen_fds(3). Kestrel takes the sockets over by the same rule, but where there is none it would listen on
/// an address of its own instead.
/// </summary>
static class PassedSockets
{
    internal static int Count() => Count(
        Environment.GetEnvironmentVariable("LISTEN_PID"), Environment.GetEnvironmentVariable("LISTEN_FDS"), Environment.ProcessId);

    /// <summary>0 unless they are meant for this process: the variables are inherited by children, the sockets are not theirs.</summary>
    internal static int Count(string? process, string? sockets, int ownProcess) =>
        process == ownProcess.ToString(CultureInfo.InvariantCulture)
        && int.TryParse(sockets, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
}
