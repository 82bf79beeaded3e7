using System.Text;
using TcpAgent.History;

namespace TcpAgent.Cli;

/// <summary>The output of `history --incidents`.</summary>
static class IncidentText
{
    internal static byte[] Write(IncidentList list, TimeZoneInfo zone)
    {
        DateTimeOffset Local(long time) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(time), zone);

        var text = new StringBuilder();
        foreach (var incident in list.Read())
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
                $"No incidents beside {list.Path}: the verdict has not turned to limiting, or did so less than three minutes ago.\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
