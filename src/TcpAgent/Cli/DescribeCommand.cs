using System.CommandLine;
using System.Text;
using TcpAgent.History;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Cli;

/// <summary>describe: lists every metric with type, unit, labels, help and source, from the rows themselves.</summary>
static class DescribeCommand
{
    internal static Command Create()
    {
        var command = new Command("describe", "List every metric: name, type, unit, labels, help, source.");
        var flags = DescribeOptions.Flags();
        flags.AddTo(command);
        command.SetAction((result, _) => flags.With(result, options =>
        {
            Console.Out.Write(options.IsMarkdown ? Markdown() : Text());
            return Task.FromResult(0);
        }));
        return command;
    }

    internal static string Text()
    {
        var text = new StringBuilder();
        foreach (var (source, metric, labels) in Metrics())
        {
            text.Append(metric.Name).Append(labels.Length == 0 ? "" : $"{{{labels}}}");
            text.Append($" ({TypeName(metric)}{(metric.Unit.Length == 0 ? "" : $", {metric.Unit}")}; source {source})\n");
            text.Append("    ").Append(metric.FullHelp).Append('\n');
        }
        return text.ToString();
    }

    internal static string Markdown()
    {
        var text = new StringBuilder(
            """
            # Metrics

            Printed by `tcp-agent describe --markdown`. A counter follows the kernel's own and falls with it when it is reset; the
            name in brackets is the kernel's. A metric that a kernel or namespace does not have is not exported, never 0.

            | Metric | Type | Unit | Labels | Source | Meaning |
            | --- | --- | --- | --- | --- | --- |

            """);
        foreach (var (source, metric, labels) in Metrics())
        {
            var help = metric.FullHelp.Replace("|", "\\|", StringComparison.Ordinal);
            text.Append($"| `{metric.Name}` | {TypeName(metric)} | {metric.Unit} | {labels} | {source} | {help} |\n");
        }
        return text.ToString();
    }

    static string TypeName(Row metric) => metric.Type.ToString().ToLowerInvariant();

    internal static List<(string Source, Row Row, string Labels)> Metrics()
    {
        var options = SamplingOptions.Default with { AllNetstatFields = true };
        var sources = Composition.Sources(new KernelRoot("/proc", "/sys", Live: true), options, TimeProvider.System);
        sources.Add(new HistoryMetrics(new HistoryCounters()));
        sources.Add(new AgentMetrics("", ""));
        var seen = new HashSet<string>();
        var metrics = new List<(string, Row, string)>();
        foreach (var source in sources)
        {
            foreach (var table in source.Tables)
                foreach (var row in table.Rows)
                    if (row.Type != MetricType.Hidden && seen.Add(row.Name))
                        metrics.Add((source.Name, row, Labels(row)));
            source.Dispose();
        }
        var events = new Rows();
        foreach (var instrument in new AgentEvents().Instruments)
        {
            var type = instrument is Prometheus.Histogram ? MetricType.Histogram : MetricType.Counter;
            metrics.Add(
                ("agent", events.Add(type, instrument.Name, instrument.Help, Scale.One, "", "", "", null),
                    string.Join(',', instrument.LabelNames)));
        }
        return metrics;
    }

    static string Labels(Row row)
    {
        var ofInstances = string.Join(',', row.Rows.InstanceLabels);
        var constant = row.Labels.Length == 0 ? "" : row.Labels[..row.Labels.IndexOf('=')];
        return constant.Length == 0 ? ofInstances
            : ofInstances.Length == 0 ? constant
            : $"{constant},{ofInstances}";
    }
}
