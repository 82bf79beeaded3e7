namespace TcpAgent.History;

/// <summary>Where the history file is when no flag says so.</summary>
static class HistoryPath
{
    const string Name = "history.ring";

    /// <summary>In the directory that systemd made for the service (StateDirectory=); null without one.</summary>
    internal static string? OfStateDirectory =>
        Environment.GetEnvironmentVariable("STATE_DIRECTORY")?.Split(':')[0] is { Length: > 0 } folder ? Path.Combine(folder, Name) : null;

    /// <summary>Where the packaged unit keeps it, for whoever reads it from a shell.</summary>
    internal static string OfService => $"/var/lib/tcp-agent/{Name}";
}
