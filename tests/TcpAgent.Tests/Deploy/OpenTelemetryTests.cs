using System.Text.RegularExpressions;
using TcpAgent.Cli;
using TcpAgent.Tests.Documents;
using YamlDotNet.RepresentationModel;

namespace TcpAgent.Tests.Deploy;

/// <summary>
/// The collector's configuration has only documented keys, because no collector can be had to read it; docs/opentelemetry.md names what
/// exists. The lab gives the receiver's part to Prometheus.
/// </summary>
public class OpenTelemetryTests
{
    /// <summary>By component, the keys that its README lists; those of the Prometheus receiver's config are Prometheus' own.</summary>
    static readonly Dictionary<string, string[]> s_documented = new()
    {
        ["receivers/prometheus"] =
            ["config", "trim_metric_suffixes", "use_start_time_metric", "start_time_metric_regex", "target_allocator", "api_server"],
        ["receivers/prometheus/config"] = ["global", "scrape_configs"],
        ["processors/memory_limiter"] = ["check_interval", "limit_mib", "spike_limit_mib", "limit_percentage", "spike_limit_percentage"],
        ["exporters/otlp_http"] =
            ["endpoint", "metrics_endpoint", "tls", "timeout", "read_buffer_size", "write_buffer_size", "compression", "headers",
                "sending_queue", "retry_on_failure"],
        ["service"] = ["extensions", "pipelines", "telemetry"],
        ["service/pipelines"] = ["metrics"],
        ["service/pipelines/metrics"] = ["receivers", "processors", "exporters"],
    };

    static YamlNode Collector => Yaml.Load(Repo.Path("deploy", "opentelemetry", "collector.yaml")).Single();

    [Fact]
    public void EveryKeyIsDocumented()
    {
        foreach (var (place, keys) in s_documented)
            Assert.Empty(Keys(Collector.At(place)).Except(keys));
        Assert.Equal(["receivers", "processors", "exporters", "service"], Keys(Collector));
    }

    static string[] Keys(YamlNode node) => [.. ((YamlMappingNode)node).Children.Keys.Select(key => ((YamlScalarNode)key).Value!)];

    /// <summary>A component that is not in the pipeline does nothing, and one that does not exist stops the collector.</summary>
    [Theory]
    [InlineData("receivers")]
    [InlineData("processors")]
    [InlineData("exporters")]
    public void ThePipelineHasEveryComponentOfTheFile(string kind)
    {
        var defined = Keys(Collector.At(kind));
        Assert.All(defined, name => Assert.Contains($"{kind}/{name}", s_documented.Keys));
        Assert.Equal(defined, Collector.Texts($"service/pipelines/metrics/{kind}"));
    }

    /// <summary>The receiver rejects relabelling that sets a metric's name, and the collector takes a single $ for a variable.</summary>
    [Fact]
    public void TheReceiverDoesNotRejectIt()
    {
        var text = File.ReadAllText(Repo.Path("deploy", "opentelemetry", "collector.yaml"));
        Assert.DoesNotContain("target_label: __name__", text, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?m)^[^#\n]*(?<!\$)\$(?![\${])", text);
    }

    [Fact]
    public void TheTableNamesMetricsThatExist()
    {
        var known = DescribeCommand.Metrics().Select(one => one.Row.Name).ToHashSet();
        var rows = new Markdown(Repo.Path("docs", "opentelemetry.md")).Table("Names").Where(cells => cells.Length == 4).ToArray();
        Assert.InRange(rows.Length, 10, 30);
        foreach (var cells in rows)
            foreach (Match name in Regex.Matches($"{cells[0]} {cells[3]}", @"(tcpagent|process)_\w+"))
                foreach (var direction in (string[])["receive", "transmit"])
                    Assert.Contains(name.Value.Replace("DIRECTION", direction, StringComparison.Ordinal), known);
        Assert.All(rows, cells => Assert.Matches(@"^`(system\.network|process)\.[a-z_.]+`$", cells[1]));
    }
}
