using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using TcpAgent.History;
using TcpAgent.Kernel;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Cli;

/// <summary>describe [NAME]: explains metrics by type, unit, labels, help and source, from the rows themselves.</summary>
static class DescribeCommand
{
    internal static Command Create()
    {
        var command = new Command("describe", "Explain every metric, or those that match: name, type, unit, labels, help, source.");
        var name = new Argument<string?>("NAME")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A metric, a part of its name, a source, or the kernel's own name such as ListenOverflows.",
        };
        command.Arguments.Add(name);
        var flags = DescribeOptions.Flags();
        flags.AddTo(command);
        command.SetAction((result, _) => flags.With(result, options => Task.FromResult(Run(result.GetValue(name), options))));
        return command;
    }

    static int Run(string? name, DescribeOptions options)
    {
        var all = Metrics();
        var metrics = Select(all, name);
        if (metrics.Count == 0)
            return Unknown(all, name!);
        Console.Out.Write(options.IsMarkdown ? MetricsPage.Write(metrics) : options.IsJson ? Json(metrics) : Text(metrics));
        return 0;
    }

    /// <summary>A full name means one metric even if it is a part of others.</summary>
    static List<Metric> Select(List<Metric> all, string? name) =>
        name is null ? all
        : all.Find(metric => metric.Row.Name == name) is { Row: not null } exact ? [exact]
        : all.FindAll(metric => metric.Matches(name));

    static int Unknown(List<Metric> all, string name)
    {
        var names = all.ConvertAll(metric => metric.Row.Name);
        Output.Say(
            $"tcp-agent: error: no metric matches '{name}'"
            + (Nearest.To(name, names) is { } nearest ? $": is '{nearest}' meant?" : "; tcp-agent describe lists all"));
        return 1;
    }

    internal static string Text(List<Metric> metrics)
    {
        var text = new StringBuilder();
        foreach (var metric in metrics)
        {
            var row = metric.Row;
            text.Append(row.Name).Append(metric.Labels.Length == 0 ? "" : $"{{{metric.Labels}}}");
            text.Append($" ({metric.TypeName}{(row.Unit.Length == 0 ? "" : $", {row.Unit}")}; source {metric.Source})\n");
            text.Append("    ").Append(row.FullHelp).Append('\n');
        }
        return text.ToString();
    }

    internal static string Json(List<Metric> metrics)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonExtensions.Options))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteStartArray("metrics");
            foreach (var metric in metrics)
            {
                json.WriteStartObject();
                json.WriteString("name", metric.Row.Name);
                json.WriteString("type", metric.TypeName);
                json.WriteString("unit", metric.Row.Unit);
                json.WriteStartArray("labels");
                foreach (var label in metric.Labels.Split(',', StringSplitOptions.RemoveEmptyEntries))
                    json.WriteStringValue(label);
                json.WriteEndArray();
                json.WriteString("source", metric.Source);
                json.WriteString("help", metric.Row.Help);
                json.WriteString("kernel", metric.Row.From);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    /// <summary>Every metric that the agent can export, in the order of the exposition.</summary>
    internal static List<Metric> Metrics()
    {
        var options = SamplingOptions.Default with { AllNetstatFields = true, HasConntrackTable = true };
        var sources = Composition.Sources(new KernelRoot("/proc", "/sys", Live: true), options, TimeProvider.System);
        sources.Add(new HistoryMetrics(new HistoryCounters()));
        sources.Add(new AgentMetrics("", ""));
        var seen = new HashSet<string>();
        var metrics = new List<Metric>();
        foreach (var source in sources)
        {
            foreach (var table in source.Tables)
                foreach (var row in table.Rows)
                    if (row.Type != MetricType.Hidden && seen.Add(row.Name))
                        metrics.Add(new(source.Name, row, LabelsOf(row)));
            source.Dispose();
        }
        var events = new Rows();
        foreach (var instrument in new AgentEvents().Instruments)
        {
            var type = instrument is Prometheus.Histogram ? MetricType.Histogram : MetricType.Counter;
            metrics.Add(
                new("agent", events.Add(type, instrument.Name, instrument.Help, Scale.One, "", "", "", null),
                    string.Join(',', instrument.LabelNames)));
        }
        return metrics;
    }

    static string LabelsOf(Row row)
    {
        var ofInstances = string.Join(',', row.Rows.InstanceLabels);
        var constant = row.Labels.Length == 0 ? "" : row.Labels[..row.Labels.IndexOf('=')];
        return constant.Length == 0 ? ofInstances
            : ofInstances.Length == 0 ? constant
            : $"{constant},{ofInstances}";
    }
}
