using TcpAgent.History;

namespace TcpAgent.Cli;

/// <summary>why --from: the verdict on what was captured or written down.</summary>
static class WhyFrom
{
    internal static async Task<int> Run(AgentOptions options, WhyOptions why, TimeProvider time, Stream output)
    {
        var problem = why.From.Count == 0 ? "--at needs --from"
            : why.From.Count > 2 ? $"--from: given {why.From.Count} times, expected once, or twice for a pair"
            : why.IsLive || why.IsLocal || why.Duration is not null ? "--from excludes --watch, --local and --for"
            : Missing(why.From);
        long? at = null;
        if (problem is null && why.At.Length > 0)
            if (HistoryQuery.TryParseMoment(why.At, time, out var moment, out var what))
                at = moment;
            else
                problem = $"--at: {what}";
        if (problem is not null)
            return CommandLine.Refuse(problem);
        if (new CaptureReader(options, at).TryRead(why.From, out var trouble) is not { } captured)
            return Output.Fail(trouble, WhyCommand.CannotTell);
        Warn(captured);
        var text = why.IsJson
            ? WhyCommand.Document(why, captured.Verdict, captured.Document)
            : WhyText.For(Terminal.Detect(), captured.Provenance, why.ShowsAll).Write(captured.Verdict, why.WhatIf);
        return await WhyCommand.Write(output, text, captured.Verdict.State);
    }

    /// <summary>The problem of the first path that leads nowhere; null if all are there.</summary>
    internal static string? Missing(IEnumerable<string> paths)
    {
        foreach (var path in paths)
            if (!Path.Exists(path))
                return $"there is no {path}";
        return null;
    }

    internal static void Warn(Captured captured)
    {
        foreach (var warning in captured.Warnings)
            Output.Say($"tcp-agent: warning: {warning}");
    }
}
