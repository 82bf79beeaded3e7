using System.CommandLine;
using System.IO.Pipelines;
using TcpAgent.History;

namespace TcpAgent.Cli;

/// <summary>history: reads the flight recorder's file, also while the daemon writes it or after it died.</summary>
static class HistoryCommand
{
    /// <param name="File">Null for where the agent keeps it.</param>
    sealed record Request(string Since, string Until, string Series, bool Json, bool Csv, bool Incidents, string? File);

    internal static Command Create(Flags flags)
    {
        var since = Text("--since", "TIME", "From when on: a clock time (16:16), an RFC 3339 time, or a time ago (-15m).", "the oldest record");
        var until = Text("--until", "TIME", "Until when; a clock time is the first after --since.", "now");
        var series = Text("--series", "NAMES", "Only these series, separated by commas: tcp, tcp.syn_recv, accept_queue, drops, listeners.", "all");
        var file = Text("--file", "PATH", "The file to read, for example an incident's.", "the agent's");
        var json = new Switch("--json", "Print records and events as JSON, the document that /api/v1/history serves.");
        var csv = new Switch("--csv", "Print a line for each record.");
        var incidents = new Switch("--incidents", "List the incidents kept: the minutes around each time the verdict turned to limiting.");

        var command = new Command(
            "history", "Show what happened second by second: which states jumped, what was lost, how the verdict changed, in which order.")
            { since.Option, until.Option, series.Option, file.Option, json.Option, csv.Option, incidents.Option };
        command.SetAction((result, stop) =>
        {
            Request? request = null;
            return flags.With(
                result, options => Run(options, request!, Console.OpenStandardOutput(), stop),
                errors =>
                {
                    request = new Request(
                        since.One(result, errors), until.One(result, errors), series.One(result, errors), json.IsOn(result, errors),
                        csv.IsOn(result, errors), incidents.IsOn(result, errors), file.One(result, errors) is { Length: > 0 } path ? path : null);
                    if (request.Json && request.Csv)
                        errors.Add("--json and --csv cannot both be given");
                });
        });
        return command;
    }

    static Flag<string> Text(string name, string unit, string help, string fallback) => new(
        name, unit, "", $"{help} [default: {fallback}]", "a text", static (string text, out string value) =>
        {
            value = text;
            return true;
        });

    static async Task<int> Run(AgentOptions options, Request request, Stream output, CancellationToken stop)
    {
        if (!HistoryQuery.TryParse(request.Since, request.Until, request.Series, TimeProvider.System, out var query, out var problem))
            return Misused(problem);
        var path = request.File ?? options.HistoryFile ?? HistoryPath.OfService;
        var writer = PipeWriter.Create(output);
        try
        {
            using var file = HistoryFile.TryOpen(path, out problem);
            if (file is null)
                return Fail(Environment.IsPrivilegedProcess ? problem : $"{problem}; as root, or by the agent's /api/v1/history, it can perhaps be read");
            if (!request.Incidents)
                return await Show(path, file, request, query, writer, stop);
            var list = new IncidentList(path);
            await writer.WriteAsync(request.Json ? IncidentList.Json(list.Read()) : IncidentText.Write(list, TimeZoneInfo.Local), stop);
            return 0;
        }
        catch (UnauthorizedAccessException e)
        {
            return Fail(e.Message);
        }
        catch (IOException)
        {
            // The reader went away, as head(1) does.
            return 0;
        }
    }

    static async Task<int> Show(string path, HistoryFile file, Request request, HistoryQuery query, PipeWriter output, CancellationToken stop)
    {
        if (!query.TrySelect(file.Header.Names, out var columns, out var problem))
            return Misused(problem);
        using var json = new HistoryJson(output, columns, query.HasListeners);
        IHistoryFormat format = request.Json ? json
            : request.Csv ? new HistoryCsv(output, columns, query.HasListeners)
            : new HistoryText(output, Terminal.Detect(), TimeZoneInfo.Local, path, file, query);
        await HistoryExport.Write(file, query, format, output, stop);
        return 0;
    }

    static int Misused(string problem)
    {
        CommandLine.Fail(problem);
        return 1;
    }

    static int Fail(string problem)
    {
        Console.Error.WriteLine($"tcp-agent: error: {problem}");
        return 1;
    }
}
