using System.Text;
using TcpAgent.History;

namespace TcpAgent.Cli;

/// <summary>The output of `history --incidents`.</summary>
static class IncidentText
{
    internal static byte[] Write(IncidentList list, TimeZoneInfo zone) => Write(list.Read(), list.Path, zone);

    /// <param name="incidents">The oldest first.</param>
    /// <param name="place">Where they are kept, for people.</param>
    /// <param name="zone">The time zone of the times.</param>
    internal static byte[] Write(List<Incident> incidents, string place, TimeZoneInfo zone)
    {
        DateTimeOffset Local(long time) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(time), zone);

        var text = new StringBuilder();
        foreach (var incident in incidents)
        {
            text.Append(
                $"{Local(incident.Time):yyyy-MM-dd HH:mm:ss}  kept from {Local(incident.From):HH:mm:ss} to "
                + $"{Local(incident.Until):HH:mm:ss}\n");
            if (incident.Headline.Length > 0)
                text.Append($"  {incident.Headline}\n");
            foreach (var verdict in incident.Verdicts)
                text.Append($"  {verdict}\n");
            text.Append($"  tcp-agent history --file {incident.File}\n");
        }
        if (text.Length == 0)
            text.Append(
                $"No incidents beside {place}: the verdict has not turned to limiting, or did so less than three minutes ago.\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
