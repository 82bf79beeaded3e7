using System.CommandLine;
using System.IO.Pipelines;
using TcpAgent.History;
using TcpAgent.System;

namespace TcpAgent.Cli;

/// <summary>history: reads the flight recorder's file, even while the daemon writes it or after the daemon died.</summary>
static class HistoryCommand
{
    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command(
            "history", "Show what happened second by second: which states jumped, what was lost, how the verdict changed, in which order.");
        var own = HistoryOptions.Flags();
        own.AddTo(command);
        command.SetAction((result, stop) =>
            flags.With(result, own, (options, history) => Run(options, history, Console.OpenStandardOutput(), stop)));
        return command;
    }

    static async Task<int> Run(AgentOptions options, HistoryOptions history, Stream output, CancellationToken stop)
    {
        if (!HistoryQuery.TryParse(history.Since, history.Until, history.Series, TimeProvider.System, out var query, out var problem))
            return Refuse(problem);
        var path = history.File ?? options.HistoryFile ?? HistoryPath.OfService;
        var agent = new AgentClient(options);
        var writer = PipeWriter.Create(output);
        try
        {
            using var file = HistoryFile.TryOpen(path, out problem);
            if (file is null)
                return await Ask(agent, path, history, query, writer, problem, stop);
            if (!history.ListsIncidents)
                return await Show(path, file, history, query, writer, stop);
            var list = new IncidentList(path);
            if (!TryRead(list, history.IsJson, out var text))
                return 1;
            await writer.WriteAsync(text, stop);
            return 0;
        }
        catch (Exception e) when (Output.IsFailure(e))
        {
            return Output.Failed(e);
        }
    }

    static bool TryRead(IncidentList list, bool isJson, out byte[] text)
    {
        try
        {
            text = isJson ? IncidentList.Json(list.Read()) : IncidentText.Write(list, TimeZoneInfo.Local);
            return true;
        }
        catch (UnauthorizedAccessException e)
        {
            Output.Fail(e.Message);
            text = [];
            return false;
        }
    }

    /// <summary>The file cannot be read. If it is one that the agent keeps, the agent can be asked for it.</summary>
    static async Task<int> Ask(
        AgentClient agent, string path, HistoryOptions history, HistoryQuery query, PipeWriter output, string problem,
        CancellationToken stop)
    {
        var at = path.LastIndexOf(Incidents.Suffix, StringComparison.Ordinal);
        var incident = at < 0 ? null : path[(at + Incidents.Suffix.Length)..];
        if (path != HistoryPath.OfService && incident is null)
            return Output.Fail(problem);
        var refusal = await HistoryOfAgent.Show(agent, history, query, incident, output, stop);
        if (refusal.Length == 0)
            return 0;
        return Output.Fail(!problem.Contains(Libc.Describe(Libc.ENOENT), StringComparison.Ordinal)
            ? $"{problem}, and {refusal}. Try as root"
            : $"no history at {path}, and {refusal}. Is the service tcp-agent installed and running? An agent started by hand keeps a "
                + "history only with --history.file");
    }

    static async Task<int> Show(
        string path, HistoryFile file, HistoryOptions history, HistoryQuery query, PipeWriter output, CancellationToken stop)
    {
        if (!query.TrySelect(file.Header.Names, out var columns, out var problem))
            return Refuse(problem);
        using var json = new HistoryJson(output, columns, query.HasListeners);
        IHistoryFormat format = history.IsJson ? json
            : history.IsCsv ? new HistoryCsv(output, columns, query.HasListeners)
            : new HistoryText(output, Terminal.Detect(), TimeZoneInfo.Local, path, file, query);
        await HistoryExport.Write(file, query, format, output, stop);
        return 0;
    }

    static int Refuse(string problem)
    {
        CommandLine.Fail(problem);
        return CommandLine.Misused;
    }
}
