using System.Globalization;
using System.Text.Json;
using TcpAgent.Kernel;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.History;

/// <summary>
/// Sums up an incident from its records: each resource that limited, once, for how long and with what losses. Limits before its time belong
/// to another incident.
/// </summary>
sealed class IncidentSummary
{
    /// <summary>One resource's places among the series, and what happened to it.</summary>
    sealed class Limited(string name, int state, int used, int limit, int losses)
    {
        internal string Name { get; } = name;

        internal (int State, int Used, int Limit, int Losses) At { get; } = (state, used, limit, losses);

        internal string Subject { get; set; } = "";

        internal long Records { get; set; }

        internal long Lost { get; set; }

        internal long LastLosses { get; set; } = KernelValue.Absent;

        internal (long Used, long Limit) Fullest { get; set; } = (KernelValue.Absent, KernelValue.Absent);

        internal bool IsLimiting { get; set; }
    }

    readonly List<Limited> _resources = [];
    readonly long _onset;
    readonly int _interval;

    internal IncidentSummary(HistoryHeader header, long onset)
    {
        (_onset, _interval) = (onset, header.Interval);
        foreach (var series in header.Names)
            if (series.EndsWith(Series.State, StringComparison.Ordinal))
            {
                var name = series[..^Series.State.Length];
                int Place(string what) => Array.IndexOf(header.Names, name + what);
                _resources.Add(new Limited(name, Place(Series.State), Place(Series.Used), Place(Series.Limit), Place(Series.Losses)));
            }
    }

    internal void Add(HistoryRecord record)
    {
        foreach (var one in _resources)
        {
            var losses = one.At.Losses < 0 ? KernelValue.Absent : record.Values[one.At.Losses];
            var rise = losses == KernelValue.Absent || one.LastLosses == KernelValue.Absent ? 0 : Math.Max(0, losses - one.LastLosses);
            one.LastLosses = losses == KernelValue.Absent ? one.LastLosses : losses;
            if (record.Time < _onset)
                continue;
            one.Lost += rise;
            one.IsLimiting = record.Values[one.At.State] == (long)ResourceState.Limiting;
            if (one.IsLimiting)
                Note(one, record);
        }
    }

    static void Note(Limited one, HistoryRecord record)
    {
        one.Records++;
        if (one.Subject.Length == 0)
            one.Subject = record.SubjectOf(one.Name);
        if (one.At is not { Used: >= 0, Limit: >= 0 })
            return;
        var (used, limit) = (record.Values[one.At.Used], record.Values[one.At.Limit]);
        if (Fullness.Of(used, limit).CompareTo(Fullness.Of(one.Fullest.Used, one.Fullest.Limit)) > 0)
            one.Fullest = (used, limit);
    }

    /// <summary>
    /// A sentence for each resource that limited: "accept_queue of 10.0.0.1:8080 was limiting for 95 s, 5 of 4, 550 lost".
    /// </summary>
    internal List<string> Verdicts()
    {
        var verdicts = new List<string>();
        foreach (var one in _resources)
        {
            if (one.Records == 0)
                continue;
            var lasted = Timeline.Seconds(one.Records * _interval);
            var (used, limit) = one.Fullest;
            verdicts.Add(
                $"{one.Name}{(one.Subject.Length == 0 ? "" : $" of {one.Subject}")} was limiting for "
                + $"{(one.IsLimiting ? "more than " : "")}{lasted}"
                + (used == KernelValue.Absent || limit == KernelValue.Absent ? "" : $", {used} of {limit}")
                + (one.Lost == 0 ? "" : $", {one.Lost.ToString("N0", CultureInfo.InvariantCulture)} lost"));
        }
        return verdicts;
    }

    /// <summary>
    /// The sentence of the strongest report while something limited; empty without one. A state holds for a minute, in which what proved it
    /// goes: an application that is restarted takes its queue with it.
    /// </summary>
    internal static string Headline(List<HistoryReport> reports)
    {
        var (best, strongest) = ("", (HasSubject: false, Evidence: -1, Losses: -1L));
        foreach (var report in reports)
        {
            using var document = JsonDocument.Parse(report.Json);
            if (!document.RootElement.TryGetProperty("resources", out var resources) || resources.ValueKind != JsonValueKind.Array)
                continue;
            foreach (var resource in resources.EnumerateArray())
            {
                if (TextOf(resource, "state") != "limiting" || TextOf(resource, "headline_past") is not { Length: > 0 } headline)
                    continue;
                var strength = (TextOf(resource, "subject").Length > 0, CountOf(resource, "evidence"), NumberOf(resource, "losses"));
                if (strength.CompareTo(strongest) >= 0)
                    (best, strongest) = (headline, strength);
                break;
            }
        }
        return Printable.Of(best);
    }

    static int CountOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() : 0;

    static long NumberOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : 0;

    static string TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
