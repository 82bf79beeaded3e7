using System.CommandLine;
using System.Globalization;
using System.Text;
using TcpAgent.History;

namespace TcpAgent.Cli;

/// <summary>report: writes one file for a ticket, with everything that explains a verdict later and elsewhere.</summary>
static class ReportCommand
{
    internal static Command Create(FlagSet<AgentOptions> flags)
    {
        var command = new Command(
            "report",
            "Write one file for a ticket: version, flags, kernel, verdict, metrics, history of 15 minutes, incidents and log lines.\n"
            + "It asks the agent on this host, and takes samples of its own for three seconds.");
        var own = ReportOptions.Flags();
        own.AddTo(command);
        command.SetAction((result, stop) => flags.With(
            result, own, (options, report) => Run(options with { Settings = flags.Settings(result) }, report, TimeProvider.System, stop)));
        return command;
    }

    internal static async Task<int> Run(AgentOptions options, ReportOptions report, TimeProvider time, CancellationToken stop)
    {
        var now = time.GetUtcNow();
        var name = string.Create(CultureInfo.InvariantCulture, $"tcp-agent-report-{now:yyyyMMdd'T'HHmmss'Z'}");
        var redactor = report.IsRedacted ? new Redactor(Environment.MachineName) : null;
        var files = new ReportFiles(name, redactor);
        try
        {
            await Collect(files, options, time, stop);
        }
        catch (OperationCanceledException)
        {
            Output.Say("tcp-agent: stopped; no report was written");
            return 1;
        }
        files.Add("README.txt", Contents(files, now, report.IsRedacted));
        var path = report.Output ?? $"{name}.tar.gz";
        try
        {
            // A new file for its owner only: the name could be a link that somebody else put there.
            await using var output = path == "-" ? Console.OpenStandardOutput() : new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            files.Write(output, now);
        }
        catch (Exception e) when (Output.IsFailure(e))
        {
            return path == "-" ? Output.Failed(e) : Output.Fail($"the report cannot be written: {e.Message}");
        }
        if (path != "-")
            Console.Out.WriteLine($"{path}: {files.Count} files{(redactor is null ? "" : $", {redactor.Count} addresses replaced")}");
        return 0;
    }

    static async Task Collect(ReportFiles files, AgentOptions options, TimeProvider time, CancellationToken stop)
    {
        files.Add("version.txt", $"{BuildInfo.Describe()}\n");
        files.Add("flags.txt", SettingsText.Write(options.Settings));
        HostFacts.Add(files, options);
        var client = new AgentClient(options);
        if (!await AgentDocuments.Add(files, client, options.TelemetryPath, stop))
            await AgentDocuments.AddHistoryFile(files, options.HistoryFile ?? HistoryPath.OfService, time, stop);
        await LocalSamples.Add(files, options, stop);
    }

    static string Contents(ReportFiles files, DateTimeOffset now, bool isRedacted)
    {
        var text = new StringBuilder(
            $"""
            Report of {BuildInfo.Describe().Split('\n')[0]}, {now:yyyy-MM-dd HH:mm:ss} UTC

            agent/        what the agent on this host answered: its verdict over the last minute, metrics, 15 minutes of history,
                          incidents, flags in force (status.json) and last log lines
            local/        what this command sampled itself in three seconds: verdict, metrics, sources
            proc/         counters as the kernel prints them
            host.txt      kernel, distribution, cgroup, privileges, namespaces
            flags.txt     the flags of this command, not those of the agent
            settings.txt  the kernel's settings

            """);
        text.Append(isRedacted
            ? "\nAddresses and the name of the host are replaced. The same name means the same address throughout.\n"
            : "\nIt contains addresses. tcp-agent report --redact writes it without.\n");
        foreach (var note in files.Notes)
            text.Append($"\nMissing: {note}");
        return text.Append('\n').ToString();
    }
}
