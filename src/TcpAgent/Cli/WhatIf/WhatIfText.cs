using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>The answer to --what-if in sentences.</summary>
static class WhatIfText
{
    /// <summary>"net.core.somaxconn=4096, accept_queue of 10.0.0.1:80: enough in this time. ..."</summary>
    internal static string Of(WhatIf answer)
    {
        var name = answer.Report is { } report ? WhyHeadline.Name(report) : answer.Resource.Name;
        var caveat = answer.Supposed.Bound.Caveat;
        return $"{answer.Supposed.Text}, {name}: {Words(answer)}{(caveat.Length > 0 ? $" {caveat}" : "")}";
    }

    static string Words(WhatIf answer)
    {
        string Amount(long? value) => value is { } known ? Quantity.Of(known, answer.Resource.Unit) : "-";
        var (peak, limit) = (Amount(answer.Peak), Amount(answer.Supposed.Limit));
        var losses = Figures.Count(answer.Losses ?? 0);
        var lasts = answer.LastsSeconds is { } seconds
            ? $" At this rate, and if none of them ends, it is full {Figures.Count((long)seconds)} s later."
            : "";
        return answer.Outcome switch
        {
            WhatIfOutcome.Enough when answer.Losses > 0 =>
                $"enough in this time. {peak} in use at the peak and {losses} lost make at most {Amount(answer.AtMost)} of {limit}.{lasts}",
            WhatIfOutcome.Enough => $"enough in this time. The peak was {peak} of {limit}, and nothing was refused.",
            WhatIfOutcome.Perhaps =>
                $"perhaps not enough. {peak} in use at the peak and {losses} lost make up to {Amount(answer.AtMost)} of {limit}. "
                + $"No counter shows how many of them there were at once.{lasts}",
            WhatIfOutcome.NoBetter => $"no better. The limit is {Amount(answer.Report?.PeakLimit)} now, and {losses} were lost.",
            WhatIfOutcome.TooLow => $"too low. The peak was {peak}.",
            _ => $"cannot tell. {Reason(answer, peak, losses)}",
        };
    }

    static string Reason(WhatIf answer, string peak, string losses) =>
        answer.Peak is null || answer.Report?.PeakLimit is null ? "Its use or its limit is not known."
        : answer.Watched <= 0 ? $"{peak} were in use, but one moment does not show what was lost then."
        : answer.Losses > 0 ? $"The peak was {peak}, and {losses} were lost, but nothing shows how much they would have taken."
        : $"It was full with {peak}, and no counter shows what it refused then.";
}
