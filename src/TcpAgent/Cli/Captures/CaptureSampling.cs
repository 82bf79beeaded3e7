using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.Kernel;
using TcpAgent.Sampling;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>
/// Judges one or two moments of a capture as the agent would have: the same sources and rules, over the captured files and their clock. The
/// running kernel is not asked for anything.
/// </summary>
sealed class CaptureSampling : IDisposable
{
    /// <summary>What only netlink or the folders of processes show, which no capture has, and what is about this process.</summary>
    static readonly string[] s_notInFiles =
        ["ports", "connections", "unix", "udp", "owners", "nics", "qdisc", "open_files", "namespaces", "process"];

    /// <summary>Assumed between two moments that do not show it.</summary>
    static readonly TimeSpan s_assumed = TimeSpan.FromSeconds(5);

    readonly CaptureLinks _links = new();
    readonly CaptureClock _clock;
    readonly Sampler _sampler;
    readonly TimeSpan _window;
    readonly CaptureRoot _last;

    CaptureSampling(AgentOptions options, CaptureRoot first, CaptureRoot last, DateTimeOffset time, TimeSpan between)
    {
        (_clock, _window, _last) = (new CaptureClock(time), OwnSampling.WindowFor(between), last);
        var sampling = options.Sampling with
        {
            Interval = between,
            PeakWindow = _window,
            WalkBudget = SamplingOptions.Unlimited,
            DisabledSources = [.. options.Sampling.DisabledSources, .. s_notInFiles],
        };

        // Never live, even if it is /proc itself that is named.
        var root = new KernelRoot(_links.ProcFs, _links.SysFs, Live: false);
        _links.LeadTo(first);
        _sampler = new Sampler(
            Composition.Sources(root, sampling, _clock), new AgentMetrics(BuildInfo.Version, BuildInfo.Revision), sampling, _clock,
            NullLogger.Instance, () => 0);
    }

    /// <summary>Judges one moment.</summary>
    /// <exception cref="IOException">The temporary folder cannot be written.</exception>
    internal static Captured Judge(AgentOptions options, CaptureRoot root)
    {
        var time = CaptureTime.Of(root);
        using var sampling = new CaptureSampling(options, root, root, time.Wall, TimeSpan.FromSeconds(1));
        sampling._sampler.Take();
        return sampling.Result(new Provenance(
            $"capture {root.Folder}, one moment, {Words(time.Wall)}: losses are since boot, not now", "one moment", IsMoment: true));
    }

    /// <summary>Judges the second of two moments. Returns null and a problem for people if they do not follow each other.</summary>
    /// <exception cref="IOException">The temporary folder cannot be written.</exception>
    internal static Captured? Judge(AgentOptions options, string name, CaptureRoot first, CaptureRoot second, out string problem)
    {
        var (then, now) = (CaptureTime.Of(first), CaptureTime.Of(second));
        var between = now.Since(then);
        problem = now.IsOtherBoot(then)
                ? $"{first.Folder} and {second.Folder} are of two hosts, or of two boots of one: compare them with tcp-agent diff"
            : between <= TimeSpan.Zero ? $"{second.Folder} was not taken after {first.Folder}, by proc/uptime: name the earlier one first"
            : "";
        if (problem.Length > 0)
            return null;
        using var sampling = new CaptureSampling(options, first, second, now.Wall - (between ?? s_assumed), between ?? s_assumed);
        sampling._sampler.Take();
        sampling._links.LeadTo(second);
        sampling._clock.Advance(between ?? s_assumed);
        sampling._sampler.ReadAllNext();
        sampling._sampler.Take();
        var apart = between is { } known ? $"{Seconds(known)} apart" : $"an unknown time apart (rates assume {Seconds(s_assumed)})";
        return sampling.Result(new Provenance($"capture {name}, two moments {apart}, the second {Words(now.Wall)}", $"moments {apart}"));
    }

    Captured Result(Provenance provenance)
    {
        var snapshot = _sampler.Snapshots.Acquire()!;
        try
        {
            var view = new SampleView(snapshot);
            return new Captured(HostVerdict.From(view, _window), provenance) { Settings = SettingsOf(view), Warnings = Failures() };
        }
        finally
        {
            _sampler.Snapshots.Release(snapshot);
        }
    }

    static SortedDictionary<string, string> SettingsOf(SampleView view)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in SysctlRows.Rows)
            if (view[row] is { } value)
                settings[row.Labels.Split('"')[1]] = value.ToString(CultureInfo.InvariantCulture);
        return settings;
    }

    List<string> Failures()
    {
        var failures = new List<string>();
        foreach (var state in _sampler.Sources)
            if (state.Failing)
                failures.Add($"{state.Source.Name}: {_links.Undo(state.Status.Reason, _last)}");
        return failures;
    }

    static string Seconds(TimeSpan time) => $"{Figures.Seconds(time.TotalSeconds)} s";

    internal static string Words(DateTimeOffset time) => $"{TimeZoneInfo.ConvertTime(time, TimeZoneInfo.Local):yyyy-MM-dd HH:mm:ss}";

    public void Dispose()
    {
        _sampler.Dispose();
        _links.Dispose();
    }
}
