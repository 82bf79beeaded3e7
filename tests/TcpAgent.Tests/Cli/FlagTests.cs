using Serilog.Events;
using TcpAgent.Cli;
using TcpAgent.Logging;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Tests.Cli;

/// <summary>Each flag, with a value that it takes and one that it refuses. A flag without an example here fails.</summary>
[Collection("console")]
public class FlagTests
{
    static readonly Dictionary<string, IFlagTable> s_tables = new()
    {
        ["every command"] = new FlagTable<AgentOptions>(AgentFlags.Create, AgentExamples()),
        ["print"] = new FlagTable<PrintOptions>(PrintOptions.Flags, new()
        {
            ["--format"] = new("openmetrics", "xml", options => options.Format, ExpositionFormat.OpenMetrics),
            ["--samples"] = new("2", "0", options => options.Samples, 2),
        }),
        ["why"] = new FlagTable<WhyOptions>(WhyOptions.Flags, new()
        {
            ["--json"] = new("true", "yes", options => options.IsJson, true),
            ["--all"] = new("true", "yes", options => options.ShowsAll, true),
            ["--local"] = new("true", "yes", options => options.IsLocal, true),
            ["--for"] = new("500ms", "499ms", options => options.Duration, TimeSpan.FromMilliseconds(500)),
            ["--watch"] = new("true", "yes", options => options.IsLive, true),
            ["--from"] = new("/tmp/capture", "", options => string.Join(' ', options.From), "/tmp/capture"),
            ["--at"] = new("16:20", null, options => options.At, "16:20"),
            ["--what-if"] = new(
                "fs.file-max=9", "fs.file-max=0", options => string.Concat(options.WhatIf.Select(one => one.Text)), "fs.file-max=9"),
        }),
        ["peers"] = new FlagTable<PeersOptions>(PeersOptions.Flags, new()
        {
            ["--json"] = new("true", "yes", options => options.IsJson, true),
            ["--local"] = new("true", "yes", options => options.IsLocal, true),
            ["--for"] = new("500ms", "499ms", options => options.Duration, TimeSpan.FromMilliseconds(500)),
        }),
        ["conntrack"] = new FlagTable<JsonOptions>(ConntrackCommand.Flags, new()
        {
            ["--json"] = new("true", "yes", options => options.IsJson, true),
        }),
        ["history"] = new FlagTable<HistoryOptions>(HistoryOptions.Flags, new()
        {
            ["--since"] = new("-15m", null, options => options.Since, "-15m"),
            ["--until"] = new("16:16", null, options => options.Until, "16:16"),
            ["--series"] = new("tcp,drops", null, options => options.Series, "tcp,drops"),
            ["--file"] = new("h.ring", null, options => options.File, "h.ring"),
            ["--json"] = new("true", "yes", options => options.IsJson, true),
            ["--csv"] = new("true", "yes", options => options.IsCsv, true),
            ["--incidents"] = new("true", "yes", options => options.ListsIncidents, true),
        }),
        ["diff"] = new FlagTable<JsonOptions>(DiffCommand.Flags, new()
        {
            ["--json"] = new("true", "yes", options => options.IsJson, true),
        }),
        ["report"] = new FlagTable<ReportOptions>(ReportOptions.Flags, new()
        {
            ["--output"] = new("r.tar.gz", null, options => options.Output, "r.tar.gz"),
            ["--redact"] = new("true", "yes", options => options.IsRedacted, true),
        }),
        ["describe"] = new FlagTable<DescribeOptions>(DescribeOptions.Flags, new()
        {
            ["--markdown"] = new("true", "yes", options => options.IsMarkdown, true),
            ["--json"] = new("true", "yes", options => options.IsJson, true),
        }),
    };

    static Dictionary<string, FlagExample<AgentOptions>> AgentExamples()
    {
        var examples = new Dictionary<string, FlagExample<AgentOptions>>
        {
            ["--web.listen-address"] = new("[::1]:1", "example.org:80", options => string.Join(' ', options.ListenAddresses), "[::1]:1"),
            ["--web.systemd-socket"] = new("true", "yes", options => options.SystemdSocket, true),
            ["--web.telemetry-path"] = new("/m", "/api/v1", options => options.TelemetryPath, "/m"),
            ["--web.config.file"] = new("web.yml", null, options => options.WebConfigFile, "web.yml"),
            ["--web.allowed-host"] = new("*.a.example", "a.example:80", options => string.Join(' ', options.AllowedHosts), "*.a.example"),
            ["--web.max-requests"] = new("0", "10001", options => options.MaxRequests, 0),
            ["--query.socket"] = new("/run/q.sock", "", options => options.QuerySocket, "/run/q.sock"),
            ["--path.procfs"] = new("/sys", "/nonexistent", options => options.ProcFs, "/sys"),
            ["--path.sysfs"] = new("/nonexistent", "", options => options.SysFs, "/nonexistent"),
            ["--sample.interval"] = new("100ms", "99ms", options => options.Sampling.Interval, TimeSpan.FromMilliseconds(100)),
            ["--sample.walk-budget"] = new("1", "1.1", options => options.Sampling.WalkBudget, 1.0),
            ["--sample.peak-window"] = new("1h", "61m", options => options.Sampling.PeakWindow, TimeSpan.FromHours(1)),
            ["--listeners.max"] = new("10000", "many", options => options.Sampling.MaxListeners, 10_000),
            ["--history.file"] = new("h.ring", "", options => options.HistoryFile, "h.ring"),
            ["--history.span"] = new("2h", "59s", options => options.HistorySpan, TimeSpan.FromHours(2)),
            ["--collector.conntrack_table"] = new("true", "yes", options => options.Sampling.HasConntrackTable, true),
            ["--metrics.node-names"] = new("true", "yes", options => options.NodeNames, true),
            ["--netstat.all"] = new("true", "yes", options => options.Sampling.AllNetstatFields, true),
            ["--log.level"] = new("warn", "warning", options => options.LogLevel, LogEventLevel.Warning),
            ["--log.format"] = new("json", "JSON", options => options.LogFormat, LogFormat.Json),
        };
        foreach (var source in SourceList.Names)
            examples[$"--no-collector.{source}"] = new("true", "yes", options => options.Sampling.IsEnabled(source), false);
        return examples;
    }

    public static TheoryData<string, string> Flags
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (command, table) in s_tables)
                foreach (var name in table.Names)
                    data.Add(command, name);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Flags))]
    public void AGoodValueReachesTheProperty(string command, string flag) => s_tables[command].TakesAGoodValue(flag);

    [Theory]
    [MemberData(nameof(Flags))]
    public void AGoodValueOfTheEnvironmentReachesItToo(string command, string flag) =>
        s_tables[command].TakesAGoodValueOfTheEnvironment(flag);

    [Theory]
    [MemberData(nameof(Flags))]
    public void ABadValueIsRefused(string command, string flag) => s_tables[command].RefusesABadValue(flag);

    [Theory]
    [MemberData(nameof(Flags))]
    public void TheDefaultIsThatOfTheProperty(string command, string flag)
    {
        // Addresses are gathered, so the property begins with none.
        if (flag != "--web.listen-address")
            s_tables[command].HasTheDefaultOfItsProperty(flag);
    }

    [Fact]
    public void EachVariableIsThatOfOneFlag() =>
        Assert.Distinct(AgentFlags.Create().Flags.Select(flag => flag.Variable));
}
