using TcpAgent.Resources;
using TcpAgent.Sources;

namespace TcpAgent.Verdict;

/// <summary>
/// Says in one sentence what limits this host: "Port 8080 is not accepting: accept queue full, 5 of 4". It is the only author of these
/// sentences, so that every reader shows the same.
/// </summary>
static class Headline
{
    /// <summary>A limit from here on is the kernel's way to say that there is none.</summary>
    const long Unlimited = 1L << 60;

    /// <summary>The sentence of the verdict.</summary>
    internal static string Of(HostVerdict verdict)
    {
        var (first, others) = ("", 0);
        foreach (var report in verdict.In(verdict.State))
            (first, others) = first.Length == 0 ? (report.Headline, 0) : (first, others + 1);
        return verdict.State switch
        {
            ResourceState.Limiting or ResourceState.Near => others == 0 ? first : $"{first}. {others} more {(others == 1 ? "is" : "are")} "
                + (verdict.State == ResourceState.Limiting ? "limiting" : "near the limit"),
            ResourceState.Unknown => $"Not every queue and table could be read: {Unread(verdict)}",
            _ => $"Nothing is limiting this host{Beside(verdict)}",
        };
    }

    static string Unread(HostVerdict verdict)
    {
        var names = new List<string>();
        foreach (var report in verdict.In(ResourceState.Unknown))
            if (report.IsSourceFailing)
                names.Add(report.Resource.Name);
        return string.Join(", ", names);
    }

    static string Beside(HostVerdict verdict)
    {
        var text = "";
        foreach (var finding in verdict.Findings)
            text += finding.Headline is { } headline ? $". {headline}" : "";
        return text;
    }

    /// <summary>Writes the sentences of a resource that limits or is near its limit; called once the report is complete.</summary>
    internal static void Write(ResourceReport report, SampleView view)
    {
        var words = ResourceWords.Of(report.Resource);
        if (report.State == ResourceState.Near)
        {
            var of = report.Instance is TupleInstance or SourceInstance ? "to" : "of";
            var name = words.Label + (Subjects.Of(report) is { } subject ? $" {of} {Subjects.Within(subject)}" : "");
            var isMany = words.Label.EndsWith('s');
            var where = $"{(report.Peak >= report.PeakLimit ? "at" : "near")} the limit{Figures(report, ": ")}";
            report.Headline = $"{name} {(isMany ? "are" : "is")} {where}";
            report.HeadlinePast = $"{name} {(isMany ? "were" : "was")} {where}";
        }
        else if (report.State == ResourceState.Limiting)
        {
            var (who, present, past, cause) = words.Effect(report, view);
            var reached = $"{cause}{Figures(report, ", ")}";
            report.Headline = IsOver(report, view) ? $"{who} {past} a moment ago: {reached}, now {Number(report, report.Used)}"
                : $"{who} {present}: {reached}";
            report.HeadlinePast = $"{who} {past}: {reached}";
        }
    }

    /// <summary>
    /// A state holds for the peak window. A resource that was full and is less than half full now has room again, and a queue that was not
    /// full is served again when nobody waits long in it any more.
    /// </summary>
    static bool IsOver(ResourceReport report, SampleView view)
    {
        if (view[ListenerRows.IsLate, report.Instance] > 0 || view[ListenerRows.OldestWait, report.Instance] >= AcceptDelay.Late)
            return false;
        return report is { Used: { } used, Limit: > 0 and var limit }
            && (used * 2 < limit || (report.Peak < report.PeakLimit && report.Losses is null or 0));
    }

    static string Figures(ResourceReport report, string before) =>
        report.Peak is not (> 0 and var peak) ? ""
        : report.PeakLimit is { } limit and < Unlimited ? $"{before}{Number(report, peak)} of {Number(report, limit)}"
        : $"{before}{Number(report, peak)} in use";

    static string Number(ResourceReport report, long? value) => Quantity.Of(value ?? 0, report.Resource.Unit);
}
