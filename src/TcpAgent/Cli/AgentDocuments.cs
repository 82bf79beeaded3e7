using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using TcpAgent.History;

namespace TcpAgent.Cli;

/// <summary>What a report takes from the running agent: its verdict, metrics, history, incidents, flags and log lines.</summary>
static class AgentDocuments
{
    /// <summary>How far back a report looks.</summary>
    internal const string Span = "-15m";

    /// <summary>Returns whether an agent answered.</summary>
    internal static async Task<bool> Add(ReportFiles report, AgentClient agent, string telemetryPath, CancellationToken stop)
    {
        var (status, problem) = await agent.Get("/api/v1/status", stop);
        if (status is null)
            report.Note($"{problem}.");
        else
            AddStatus(report, status);
        var isThere = status is not null;
        foreach (var (name, path) in ((string, string)[])
            [("why.json", "/api/v1/why"), ("metrics.txt", telemetryPath), ("history.json", $"/api/v1/history?since={Span}")])
            isThere |= await Add(report, agent, name, path, isThere, stop);
        if (!isThere || await Get(report, agent, "/api/v1/incidents", stop) is not { } incidents)
            return isThere;
        report.Add("agent/incidents.json", incidents);
        foreach (var incident in NamesIn(incidents))
            await Add(report, agent, $"incident-{incident}.json", $"/api/v1/history?incident={incident}", hasAnswered: true, stop);
        return isThere;
    }

    /// <summary>Notes why a document is missing, unless nothing answers at all, which is noted already.</summary>
    static async Task<bool> Add(ReportFiles report, AgentClient agent, string name, string path, bool hasAnswered, CancellationToken stop)
    {
        var (body, problem) = await agent.Get(path, stop);
        if (body is not null)
            report.Add($"agent/{name}", body);
        else if (hasAnswered)
            report.Note($"agent/{name}: {problem}.");
        return body is not null;
    }

    static async Task<byte[]?> Get(ReportFiles report, AgentClient agent, string path, CancellationToken stop)
    {
        var (body, problem) = await agent.Get(path, stop);
        if (body is null)
            report.Note($"{problem}.");
        return body;
    }

    static void AddStatus(ReportFiles report, byte[] status)
    {
        report.Add("agent/status.json", status);
        try
        {
            using var document = JsonDocument.Parse(status);
            var log = new StringBuilder();
            foreach (var line in document.RootElement.GetProperty("log").EnumerateArray())
                log.Append(line.GetString()).Append('\n');
            report.Add("agent/log.txt", log.ToString());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            report.Note("agent/log.txt: the agent's status has no log lines.");
        }
    }

    static List<string> NamesIn(byte[] incidents)
    {
        var names = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(incidents);
            foreach (var incident in document.RootElement.GetProperty("incidents").EnumerateArray())
                names.Add(incident.GetProperty("name").GetString()!);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // An agent of another version: the list is in the report as it is.
        }
        return names;
    }

    /// <summary>The history of an agent that does not answer, from its file, where this user may read it.</summary>
    internal static async Task AddHistoryFile(ReportFiles report, string path, TimeProvider time, CancellationToken stop)
    {
        using var file = HistoryFile.TryOpen(path, out var problem);
        if (file is null)
        {
            report.Note($"history: {problem}.");
            return;
        }
        HistoryQuery.TryParse(Span, "", "", time, out var query, out _);
        query.TrySelect(file.Header.Names, out var columns, out _);
        var buffer = new MemoryStream();
        var output = PipeWriter.Create(buffer, new StreamPipeWriterOptions(leaveOpen: true));
        using (var json = new HistoryJson(output, columns, query.HasListeners))
            await HistoryExport.Write(file, query, json, output, stop);
        await output.CompleteAsync();
        report.Add("local/history.json", buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        report.Add("local/incidents.json", IncidentList.Json(new IncidentList(path).Read()));
    }
}
