namespace TcpAgent.Web;

/// <param name="Version">The agent's.</param>
/// <param name="Host">Its name.</param>
/// <param name="HasHistory">There is a past to ask for.</param>
/// <param name="Interval">From one sample to the next.</param>
/// <param name="Window">Over which the verdict looks.</param>
sealed record LiveSettings(string Version, string Host, bool HasHistory, TimeSpan Interval, TimeSpan Window);
