using System.CommandLine;
using System.IO.Pipelines;
using TcpAgent.History;

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
        var writer = PipeWriter.Create(output);
        try
        {
            using var file = HistoryFile.TryOpen(path, out problem);
            if (file is null)
                return Fail(
                    Environment.IsPrivilegedProcess
                        ? problem
                        : $"{problem}; try as root, or ask the agent at /api/v1/history");
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
            Fail(e.Message);
            text = [];
            return false;
        }
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

    static int Fail(string problem)
    {
        Console.Error.WriteLine($"tcp-agent: error: {problem}");
        return 1;
    }
}
