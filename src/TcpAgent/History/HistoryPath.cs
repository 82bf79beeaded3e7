namespace TcpAgent.History;

/// <summary>The default places of the history file.</summary>
static class HistoryPath
{
    const string Name = "history.ring";

    /// <summary>The path in the directory that systemd made for the service (StateDirectory=); null without one.</summary>
    internal static string? OfStateDirectory =>
        Environment.GetEnvironmentVariable("STATE_DIRECTORY")?.Split(':')[0] is { Length: > 0 } folder ? Path.Combine(folder, Name) : null;

    /// <summary>The path that the packaged unit uses, for readers at a shell.</summary>
    internal static string OfService => $"/var/lib/tcp-agent/{Name}";
}
