using System.IO.Pipelines;
using System.Text;
using TcpAgent.History;

namespace TcpAgent.Cli;

/// <summary>
/// The history of the agent on this host, asked of the agent itself: the state directory of the service is open to root only.
/// </summary>
static class HistoryOfAgent
{
    /// <summary>Writes it in the format that was asked for. Returns the problem for people, or empty.</summary>
    internal static async Task<string> Show(
        AgentClient agent, HistoryOptions history, HistoryQuery query, string? incident, PipeWriter output, CancellationToken stop)
    {
        var (body, problem) = await agent.Get(history.ListsIncidents ? "/api/v1/incidents" : PathOf(query, incident), stop);
        if (body is null)
            return problem;
        if (history.IsJson)
            await output.WriteAsync(body, stop);
        else if (history.ListsIncidents)
            await output.WriteAsync(IncidentText.Write(IncidentList.Parse(body), "the agent's history", TimeZoneInfo.Local), stop);
        else if (!HistoryDocument.TryReplay(body, FormatOf(history, query, agent, output)))
            return $"what answers at {agent.Place} is no tcp-agent of this version";
        await output.FlushAsync(stop);
        return "";
    }

    static IHistoryFormat FormatOf(HistoryOptions history, HistoryQuery query, AgentClient agent, PipeWriter output) => history.IsCsv
        ? new HistoryCsv(output, null, query.HasListeners)
        : new HistoryText(output, Terminal.Detect(), TimeZoneInfo.Local, $"the agent at {agent.Place}", query, () => 0);

    /// <summary>Times are sent as instants, because the agent's time zone may be another.</summary>
    static string PathOf(HistoryQuery query, string? incident)
    {
        var path = new StringBuilder("/api/v1/history?series=").Append(Uri.EscapeDataString(string.Join(',', query.Series)));
        if (query.Since != HistoryQuery.All.Since)
            path.Append("&since=").Append(Uri.EscapeDataString(HistoryExport.Time(query.Since)));
        if (query.Until != HistoryQuery.All.Until)
            path.Append("&until=").Append(Uri.EscapeDataString(HistoryExport.Time(query.Until)));
        if (incident is not null)
            path.Append("&incident=").Append(Uri.EscapeDataString(incident));
        return path.ToString();
    }
}
