using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Serilog.Events;
using TcpAgent.Logging;
using TcpAgent.Sampling;
using TcpAgent.Sources;

namespace TcpAgent.Cli;

/// <summary>
/// Every flag, one line each. A flag that is not given is taken from the environment (TCPAGENT_WEB_LISTEN_ADDRESS for
/// --web.listen-address), then from its default; all three go through the same check.
/// </summary>
sealed class Flags
{
    delegate bool Check<T>(string text, out T value);

    readonly Option<IPEndPoint[]> _listenAddresses = List<IPEndPoint>(
        "--web.listen-address", "[HOST]:PORT", ":10793", "Address to serve on; may be given several times.", "[HOST]:PORT with an IP address", TryParseAddress);

    readonly Option<bool> _systemdSocket = Switch("--web.systemd-socket", "Serve on the sockets that systemd passes (socket activation).");

    readonly Option<string> _telemetryPath = One<string>(
        "--web.telemetry-path", "PATH", "/metrics", "Path of the metrics.", "a path such as /metrics, without the paths the agent serves itself", TryParsePath);

    readonly Option<int> _maxRequests = One<int>(
        "--web.max-requests", "N", "40", "Most parallel scrapes, further ones get 503; 0 for no limit.", "a number from 0 to 10000",
        static (string text, out int value) => TryParseNumber(text, 0, 10_000, out value));

    readonly Option<string> _procFs = One<string>(
        "--path.procfs", "DIR", "/proc", "Where procfs is mounted. On a plain folder of its shape netlink sources are off.", "an existing folder", TryParseFolder);

    readonly Option<string> _sysFs = One<string>("--path.sysfs", "DIR", "/sys", "Where sysfs is mounted.", "a path", TryParseText);

    readonly Option<TimeSpan> _interval = One<TimeSpan>(
        "--sample.interval", "DURATION", "1s", "Time between two samples.", "a duration from 100ms to 1h, such as 500ms or 1s",
        static (string text, out TimeSpan value) => TryParseDuration(text, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1), out value));

    readonly Option<double> _walkBudget = One<double>(
        "--sample.walk-budget", "SHARE", "0.01", "Share of one CPU that walks of the socket table may use; they become rarer to keep it.",
        "a number above 0, at most 1", TryParseShare);

    readonly Option<TimeSpan> _peakWindow = One<TimeSpan>(
        "--sample.peak-window", "DURATION", "60s", "Length of the sliding window in which peaks are held.", "a duration from 1s to 1h",
        static (string text, out TimeSpan value) => TryParseDuration(text, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), out value));

    readonly Option<bool> _allNetstat = Switch(
        "--netstat.all", "Also export every field of netstat and snmp that has no metric of its own, as tcpagent_netstat_field.");

    readonly Option<LogEventLevel> _logLevel = One<LogEventLevel>(
        "--log.level", "LEVEL", "info", "Least severity of what is logged: debug, info, warn, error.", "one of debug, info, warn, error", TryParseLevel);

    readonly Option<LogFormat> _logFormat = One<LogFormat>(
        "--log.format", "FORMAT", "auto", "logfmt or json on stderr; auto is the journal when stderr is connected to it, else logfmt.",
        "one of auto, logfmt, json", TryParseLogFormat);

    readonly Dictionary<string, (Option<bool> On, Option<bool> Off)> _collectors = [];

    internal Flags()
    {
        foreach (var name in All.Names)
            _collectors[name] = (
                Switch($"--collector.{name}", $"Read the source {name} (default: enabled)."),
                Switch($"--no-collector.{name}", $"Do not read the source {name}."));
    }

    internal IEnumerable<Option> Options
    {
        get
        {
            Option[] options =
            [
                _listenAddresses, _systemdSocket, _telemetryPath, _maxRequests, _procFs, _sysFs, _interval, _walkBudget, _peakWindow,
                _allNetstat, _logLevel, _logFormat,
            ];
            foreach (var option in options)
                yield return option;
            foreach (var (on, off) in _collectors.Values)
            {
                yield return on;
                yield return off;
            }
        }
    }

    internal AgentOptions Read(ParseResult result)
    {
        var off = new HashSet<string>();
        foreach (var (name, (_, no)) in _collectors)
            if (result.GetValue(no))
                off.Add(name);
        var sampling = new SamplingOptions(
            result.GetValue(_interval), result.GetValue(_walkBudget), result.GetValue(_peakWindow), result.GetValue(_allNetstat),
            name => !off.Contains(name));
        return new AgentOptions(
            result.GetValue(_listenAddresses)!, result.GetValue(_systemdSocket), result.GetValue(_telemetryPath)!, result.GetValue(_maxRequests),
            result.GetValue(_procFs)!, result.GetValue(_sysFs)!, sampling, result.GetValue(_logLevel), result.GetValue(_logFormat));
    }

    internal static string EnvironmentName(string flag) =>
        $"TCPAGENT_{flag.TrimStart('-').Replace('.', '_').Replace('-', '_').ToUpperInvariant()}";

    static Option<T> One<T>(string name, string unit, string fallback, string help, string expected, Check<T> check)
    {
        T Parse(SymbolResult result, string from, string text)
        {
            if (check(text, out var value))
                return value;
            result.AddError($"{from}: '{text}' is not {expected}");
            return default!;
        }

        return new Option<T>(name)
        {
            Recursive = true,
            HelpName = unit,
            Description = $"{help} [default: {fallback}]",
            AllowMultipleArgumentsPerToken = false,
            CustomParser = result => Parse(result, name, result.Tokens.Count == 1 ? result.Tokens[0].Value : ""),
            DefaultValueFactory = result => Environment.GetEnvironmentVariable(EnvironmentName(name)) is { Length: > 0 } text
                ? Parse(result, EnvironmentName(name), text)
                : Parse(result, name, fallback),
        };
    }

    static Option<T[]> List<T>(string name, string unit, string fallback, string help, string expected, Check<T> check)
    {
        T[] Parse(SymbolResult result, string from, params IEnumerable<string> texts)
        {
            var values = new List<T>();
            foreach (var text in texts)
            {
                if (check(text, out var value))
                    values.Add(value);
                else
                    result.AddError($"{from}: '{text}' is not {expected}");
            }
            return [.. values];
        }

        return new Option<T[]>(name)
        {
            Recursive = true,
            HelpName = unit,
            Description = $"{help} [default: {fallback}]",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            CustomParser = result => Parse(result, name, Texts(result.Tokens)),
            DefaultValueFactory = result => Environment.GetEnvironmentVariable(EnvironmentName(name)) is { Length: > 0 } text
                ? Parse(result, EnvironmentName(name), text.Split(','))
                : Parse(result, name, fallback),
        };
    }

    static IEnumerable<string> Texts(IReadOnlyList<Token> tokens)
    {
        foreach (var token in tokens)
            yield return token.Value;
    }

    static Option<bool> Switch(string name, string help) => new(name)
    {
        Recursive = true,
        Description = help,
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = result =>
        {
            var text = Environment.GetEnvironmentVariable(EnvironmentName(name));
            if (string.IsNullOrEmpty(text) || text is "0" or "false")
                return false;
            if (text is not ("1" or "true"))
                result.AddError($"{EnvironmentName(name)}: '{text}' is not true or false");
            return true;
        },
    };

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

    static bool TryParseText(string text, out string value)
    {
        value = text;
        return text.Length > 0;
    }

    static bool TryParseNumber(string text, int least, int most, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;

    static bool TryParseShare(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is > 0 and <= 1;

    static bool TryParseDuration(string text, TimeSpan least, TimeSpan most, out TimeSpan value) =>
        Duration.TryParse(text, out value) && value >= least && value <= most;

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
