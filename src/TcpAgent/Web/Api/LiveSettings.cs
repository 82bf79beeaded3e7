namespace TcpAgent.Web;

/// <param name="Version">The agent's version.</param>
/// <param name="Revision">The revision of the source that it was built from.</param>
/// <param name="Started">When the agent started.</param>
/// <param name="Docs">Address of the folder with the documentation.</param>
/// <param name="Host">The host's name.</param>
/// <param name="HasHistory">Whether there is a history to request.</param>
/// <param name="Interval">Time between two samples.</param>
/// <param name="Window">Time span that the verdict covers.</param>
sealed record LiveSettings(
    string Version, string Revision, DateTimeOffset Started, string Docs, string Host, bool HasHistory, TimeSpan Interval, TimeSpan Window);
