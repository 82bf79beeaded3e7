using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Cli;

/// <summary>A few seconds of this process's own samples for a report: verdict, metrics, and how each source was read.</summary>
static class LocalSamples
{
    static readonly TimeSpan s_duration = TimeSpan.FromSeconds(3), s_interval = TimeSpan.FromMilliseconds(250);

    internal static async Task Add(ReportFiles report, AgentOptions options, CancellationToken stop)
    {
        var window = OwnSampling.WindowFor(s_duration);
        var sampling = options.Sampling with { Interval = s_interval, WalkBudget = 1, PeakWindow = window };
        using var agent = Composition.From(
            options with { Sampling = sampling }, TimeProvider.System, NullLogger.Instance, () => 0, new AgentEvents(hasHistory: false));
        using var timer = new PeriodicTimer(s_interval);
        agent.Sampler.Take();
        for (var samples = s_duration / s_interval; samples > 0 && await timer.WaitForNextTickAsync(stop); samples--)
            agent.Sampler.Take();
        var snapshot = agent.Sampler.Snapshots.Acquire()!;
        var verdict = HostVerdict.From(new SampleView(snapshot), window);
        report.Add("local/why.txt", WhyText.For(new Terminal(HasColour: false, Terminal.DefaultWidth)).Write(verdict));
        report.Add("local/why.json", VerdictJson.Write(verdict));
        var metrics = new ArrayBufferWriter<byte>();
        agent.Exposition.Write(snapshot, ExpositionFormat.Text, [], metrics);
        report.Add("local/metrics.txt", metrics.WrittenSpan);
        report.Add("settings.txt", Settings(Encoding.UTF8.GetString(metrics.WrittenSpan)));
        report.Add("local/sources.txt", Sources(agent.Sampler.Sources));
    }

    /// <summary>The kernel's settings, as sysctl prints them.</summary>
    static string Settings(string metrics)
    {
        const string Start = "tcpagent_sysctl{name=\"";
        var text = new StringBuilder();
        foreach (var line in metrics.Split('\n'))
            if (line.StartsWith(Start, StringComparison.Ordinal))
                text.Append(line[Start.Length..].Replace("\"} ", " = ", StringComparison.Ordinal)).Append('\n');
        return text.ToString();
    }

    static string Sources(IReadOnlyList<SourceState> states)
    {
        var text = new StringBuilder();
        foreach (var state in states)
            text.Append(
                CultureInfo.InvariantCulture, $"{state.Source.Name,-12} {state.Status.Outcome,-8} {state.Source.Mode,-10} "
                    + $"{state.Duration / 1e6:0.000} ms  {state.Status.Reason}\n");
        return text.ToString();
    }
}
