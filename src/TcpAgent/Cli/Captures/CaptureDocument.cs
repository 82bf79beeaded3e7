using System.Text;
using TcpAgent.History;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>Verdicts that were written down: by why --json, by history or its file, and by report.</summary>
static class CaptureDocument
{
    /// <summary>The verdict of the agent is of a minute, that of the command itself of three seconds.</summary>
    static readonly string[] s_verdicts = ["agent/why.json", "local/why.json"];

    const string History = "agent/history.json";

    /// <summary>More than any document of the agent has.</summary>
    const int MostBytes = 64 << 20;

    internal static Captured Of(HostVerdict verdict, string what, byte[]? json = null) => new(
        verdict,
        new Provenance($"{what}, {CaptureSampling.Words(verdict.Time)}", verdict.WatchedSeconds > 0
            ? $"{Figures.Seconds(verdict.WatchedSeconds)} s"
            : "that second", KnowsSince: true),
        json);

    /// <summary>A document of why --json, or of history --json at a time. Null and a problem if it is neither.</summary>
    internal static Captured? TryRead(string path, byte[] json, long? at, out string problem)
    {
        problem = "";
        if (VerdictReader.TryRead(json) is { } verdict)
        {
            if (at is null)
                return Of(verdict, $"verdict {path}", json.AsSpan().TrimEnd("\r\n \t"u8).ToArray());
            problem = $"{path} is one verdict and no history: --at does not apply";
            return null;
        }
        var moment = new HistoryMoment(at);
        if (!HistoryDocument.TryReplay(json, moment))
            problem = $"{path} is no document of why --json or history --json of this version";
        return problem.Length > 0 ? null : Result(path, moment, out problem);
    }

    /// <summary>A history file.</summary>
    internal static Captured? TryReadHistory(string path, long? at, out string problem)
    {
        using var file = HistoryFile.TryOpen(path, out problem);
        if (file is null)
            return null;
        var moment = new HistoryMoment(at);
        moment.Take(file);
        return Result(path, moment, out problem);
    }

    static Captured? Result(string path, HistoryMoment moment, out string problem)
    {
        problem = moment.Verdict is null ? $"{path} {moment.Problem}" : "";
        return moment.Verdict is { } verdict ? Of(verdict, $"history {path}") : null;
    }

    /// <summary>Whether the folder is that of a report.</summary>
    internal static bool IsReport(string folder) => Array.Exists(s_verdicts, name => File.Exists($"{folder}/{name}"));

    /// <summary>The verdict in a report, or in its history at a time.</summary>
    internal static Captured? TryReadReport(string name, string folder, long? at, out string problem)
    {
        if (at is not null && !File.Exists($"{folder}/{History}"))
        {
            problem = $"{name} is a report without a history: --at does not apply";
            return null;
        }
        var file = at is not null ? History : Array.Find(s_verdicts, one => File.Exists($"{folder}/{one}"))!;
        var captured = Load($"{folder}/{file}", out problem) is { } json ? TryRead($"{name} ({file})", json, at, out problem) : null;
        return captured is null ? null : captured with
        {
            Provenance = captured.Provenance with { Title = $"report {name}, {file}, {CaptureSampling.Words(captured.Verdict.Time)}" },
            Settings = SettingsOf(folder),
        };
    }

    /// <summary>Lines "NAME = VALUE".</summary>
    static SortedDictionary<string, string>? SettingsOf(string folder)
    {
        if (Load($"{folder}/settings.txt", out _) is not { } text)
            return null;
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Encoding.UTF8.GetString(text).Split('\n'))
            if (line.Split(" = ") is [{ Length: > 0 } name, { Length: > 0 } value])
                settings[name] = value.EndsWith(".0", StringComparison.Ordinal) ? value[..^2] : value;
        return settings;
    }

    /// <summary>The whole file; null and a problem if it cannot be read or is too large.</summary>
    internal static byte[]? Load(string path, out string problem)
    {
        try
        {
            using var file = File.OpenRead(path);
            problem = file.Length > MostBytes ? $"{path} is larger than {MostBytes >> 20} MiB" : "";
            if (problem.Length > 0)
                return null;
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (Output.IsFailure(e))
        {
            problem = $"{path}: {e.Message}";
            return null;
        }
    }
}
