using System.CommandLine;
using System.Globalization;
using System.Net;
using Serilog.Events;
using TcpAgent.History;
using TcpAgent.Logging;
using TcpAgent.Metrics;
using TcpAgent.Sources;

namespace TcpAgent.Cli;

/// <summary>Every flag, one row each.</summary>
sealed class Flags
{
    readonly Flag<IPEndPoint> _listenAddresses = new(
        "--web.listen-address", "[HOST]:PORT", ":10793", "Address to serve on; may be given several times.", "[HOST]:PORT with an IP address",
        TryParseAddress, repeatable: true);

    readonly Switch _systemdSocket = new("--web.systemd-socket", "Serve on the sockets that systemd passes (socket activation).");

    readonly Flag<string> _telemetryPath = new(
        "--web.telemetry-path", "PATH", "/metrics", "Path of the metrics.", "a path such as /metrics, other than those the agent serves itself",
        TryParsePath);

    readonly Flag<string> _webConfigFile = new(
        "--web.config.file", "FILE", "", "TLS, client certificates, passwords, headers and rate limit, in exporter-toolkit's format.", "a path",
        static (string text, out string value) => (value = text) is not null);

    readonly Flag<int> _maxRequests = new(
        "--web.max-requests", "N", "40", "Most parallel scrapes, further ones get 503; 0: what memory allows.", "a number from 0 to 10000",
        static (string text, out int value) => TryParseNumber(text, 0, 10_000, out value));

    readonly Flag<string> _procFs = new(
        "--path.procfs", "DIR", "/proc", "Where procfs is mounted. On a plain folder of its shape netlink sources are off.", "an existing folder",
        TryParseFolder);

    readonly Flag<string> _sysFs = new("--path.sysfs", "DIR", "/sys", "Where sysfs is mounted.", "a path", TryParseText);

    readonly Flag<TimeSpan> _interval = new(
        "--sample.interval", "DURATION", "1s", "Time between two samples.", "a duration from 100ms to 1h, such as 500ms or 1s",
        static (string text, out TimeSpan value) => TryParseDuration(text, TimeSpan.FromMilliseconds(100), out value));

    readonly Flag<double> _walkBudget = new(
        "--sample.walk-budget", "SHARE", "0.01", "Share of one CPU that walks of the socket table may use; they become rarer to keep it.",
        "a number above 0, at most 1", TryParseShare);

    readonly Flag<TimeSpan> _peakWindow = new(
        "--sample.peak-window", "DURATION", "60s", "Length of the sliding window in which peaks are held.", "a duration from 1s to 1h",
        static (string text, out TimeSpan value) => TryParseDuration(text, TimeSpan.FromSeconds(1), out value));

    readonly Flag<int> _maxListeners = new(
        "--listeners.max", "N", "256", "Most listeners exported, the busiest kept; the rest is counted.", "a number from 0 to 10000",
        static (string text, out int value) => TryParseNumber(text, 0, 10_000, out value));

    readonly Flag<string?> _historyFile = new(
        "--history.file", "PATH", "auto", "Where a record of each second is kept; auto is history.ring in systemd's state directory, or none; none is off.",
        "a path, auto or none", TryParseHistoryFile);

    readonly Flag<TimeSpan> _historySpan = new(
        "--history.span", "DURATION", "1h", "How far the history file reaches back; an hour is 7 MB.", "a duration from 1m to 2h", TryParseSpan);

    readonly Switch _allNetstat = new(
        "--netstat.all", "Also export every field of netstat, snmp and snmp6 that has no metric of its own, as tcpagent_netstat_field.");

    readonly Flag<LogEventLevel> _logLevel = new(
        "--log.level", "LEVEL", "info", "Least severity of what is logged: debug, info, warn, error.", "one of debug, info, warn, error",
        TryParseLevel);

    readonly Flag<LogFormat> _logFormat = new(
        "--log.format", "FORMAT", "auto", "logfmt or json on stderr; auto is the journal when stderr is connected to it, else logfmt.",
        "one of auto, logfmt, json", TryParseLogFormat);

    readonly Dictionary<string, (Switch On, Switch Off)> _collectors = [];

    internal Flags()
    {
        foreach (var name in SourceList.Names)
            _collectors[name] = (
                new Switch($"--collector.{name}", $"Read the source {name}, as is the default.", hidden: true),
                new Switch($"--no-collector.{name}", $"Do not read the source {name}."));
    }

    internal IEnumerable<Option> Options
    {
        get
        {
            Option[] options =
            [
                _listenAddresses.Option, _systemdSocket.Option, _telemetryPath.Option, _webConfigFile.Option, _maxRequests.Option, _procFs.Option,
                _sysFs.Option, _interval.Option, _walkBudget.Option, _peakWindow.Option, _maxListeners.Option, _historyFile.Option,
                _historySpan.Option, _allNetstat.Option, _logLevel.Option, _logFormat.Option,
            ];
            foreach (var option in options)
                yield return option;
            foreach (var (on, off) in _collectors.Values)
            {
                yield return on.Option;
                yield return off.Option;
            }
        }
    }

    /// <summary>Runs a verb with the options, or says every mistake in them and returns 1.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="run">The verb.</param>
    /// <param name="readOwn">Reads the flags that only the verb has.</param>
    internal Task<int> With(ParseResult result, Func<AgentOptions, Task<int>> run, Action<List<string>>? readOwn = null)
    {
        var errors = new List<string>();
        var options = Read(result, errors);
        readOwn?.Invoke(errors);
        if (errors.Count == 0)
            return run(options);
        foreach (var error in errors)
            CommandLine.Fail(error);
        return Task.FromResult(1);
    }

    internal AgentOptions Read(ParseResult result, List<string> errors)
    {
        var off = new HashSet<string>();
        foreach (var (name, collector) in _collectors)
        {
            var no = collector.Off.IsOn(result, errors);
            if (no && collector.On.IsOn(result, errors))
                errors.Add($"--collector.{name} and --no-collector.{name} cannot both be given");
            if (no)
                off.Add(name);
        }
        var sampling = new SamplingOptions(
            _interval.One(result, errors), _walkBudget.One(result, errors), _peakWindow.One(result, errors),
            _maxListeners.One(result, errors), _allNetstat.IsOn(result, errors),
            name => !off.Contains(name));
        return new AgentOptions(
            _listenAddresses.Many(result, errors), _systemdSocket.IsOn(result, errors), _telemetryPath.One(result, errors),
            _maxRequests.One(result, errors), _procFs.One(result, errors), _sysFs.One(result, errors), sampling, _logLevel.One(result, errors),
            _logFormat.One(result, errors), _webConfigFile.One(result, errors), _historyFile.One(result, errors), _historySpan.One(result, errors));
    }

    internal static string EnvironmentName(string flag) =>
        $"TCPAGENT_{flag.TrimStart('-').Replace('.', '_').Replace('-', '_').ToUpperInvariant()}";

    static bool TryParseAddress(string text, out IPEndPoint value)
    {
        var host = text.StartsWith(':') ? $"[::]{text}" : text.StartsWith("localhost:", StringComparison.Ordinal) ? $"127.0.0.1{text[9..]}" : text;
        value = null!;
        return host.LastIndexOf(':') > host.LastIndexOf(']') && IPEndPoint.TryParse(host, out value!)
            && value.Port is > 0 and <= IPEndPoint.MaxPort && host.EndsWith($":{value.Port}", StringComparison.Ordinal);
    }

    static bool TryParsePath(string text, out string value)
    {
        value = text;
        return text.Length > 1 && text[0] == '/' && !text.StartsWith("/-/", StringComparison.Ordinal)
            && !text.StartsWith("/api/", StringComparison.Ordinal) && text.AsSpan().IndexOfAny("?#% ") < 0;
    }

    static bool TryParseFolder(string text, out string value)
    {
        value = text;
        return Directory.Exists(text);
    }

    static bool TryParseHistoryFile(string text, out string? value)
    {
        value = text switch
        {
            "auto" => HistoryPath.OfStateDirectory,
            "none" => null,
            _ => text,
        };
        return text.Length > 0;
    }

    /// <summary>The file stays below 16 MiB.</summary>
    static bool TryParseSpan(string text, out TimeSpan value) =>
        Duration.TryParse(text, out value) && value >= TimeSpan.FromMinutes(1) && value <= TimeSpan.FromHours(2);

    static bool TryParseText(string text, out string value)
    {
        value = text;
        return text.Length > 0;
    }

    internal static bool TryParseNumber(string text, int least, int most, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;

    static bool TryParseShare(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is > 0 and <= 1;

    internal static bool TryParseDuration(string text, TimeSpan least, out TimeSpan value) =>
        Duration.TryParse(text, out value) && value >= least && value <= TimeSpan.FromHours(1);

    static bool TryParseLevel(string text, out LogEventLevel value)
    {
        (var known, value) = text switch
        {
            "debug" => (true, LogEventLevel.Debug),
            "info" => (true, LogEventLevel.Information),
            "warn" => (true, LogEventLevel.Warning),
            "error" => (true, LogEventLevel.Error),
            _ => (false, LogEventLevel.Fatal),
        };
        return known;
    }

    static bool TryParseLogFormat(string text, out LogFormat value)
    {
        (var known, value) = text switch
        {
            "auto" => (true, LogFormat.Auto),
            "logfmt" => (true, LogFormat.Logfmt),
            "json" => (true, LogFormat.Json),
            _ => (false, LogFormat.Auto),
        };
        return known;
    }
}
