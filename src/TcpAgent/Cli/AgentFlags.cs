using System.Net;
using System.Text;
using Serilog.Events;
using TcpAgent.History;
using TcpAgent.Logging;
using TcpAgent.Sources;
using TcpAgent.Web;

namespace TcpAgent.Cli;

/// <summary>
/// The flags that every verb takes. A new flag is one object here and the property that it sets; help, man page, completion and docs
/// follow.
/// </summary>
static class AgentFlags
{
    internal static FlagSet<AgentOptions> Create()
    {
        List<Flag<AgentOptions>> flags =
        [
            new ValueFlag<AgentOptions, IPEndPoint>
            {
                Name = "--web.listen-address",
                Doc = "Address to serve on; may be given several times.",
                Value = FlagValues.ListenAddress,
                Default = ":10793",
                IsRepeatable = true,
                Set = static (options, address) => options with { ListenAddresses = [.. options.ListenAddresses, address] },
            },
            new Switch<AgentOptions>
            {
                Name = "--web.systemd-socket",
                Doc = "Serve on the sockets that systemd passes (socket activation).",
                Set = static options => options with { SystemdSocket = true },
            },
            new ValueFlag<AgentOptions, string>
            {
                Name = "--web.telemetry-path",
                Doc = "Path of the metrics.",
                Value = new()
                {
                    Placeholder = "PATH",
                    Expected = "a path such as /metrics, other than those the agent serves itself",
                    TryParse = TryParseTelemetryPath,
                },
                Default = "/metrics",
                Set = static (options, path) => options with { TelemetryPath = path },
            },
            new ValueFlag<AgentOptions, string>
            {
                Name = "--web.config.file",
                Doc = "TLS, client certificates, passwords, headers and rate limit, in exporter-toolkit's format.",
                Value = FlagValues.File,
                Set = static (options, path) => options with { WebConfigFile = path.Length > 0 ? path : null },
            },
            new ValueFlag<AgentOptions, string>
            {
                Name = "--web.allowed-host",
                Doc = "Further name under which browsers may ask for the page; *.DOMAIN or * allow more. May be given several times.",
                Value = FlagValues.HostName,
                IsRepeatable = true,
                Set = static (options, host) => options with { AllowedHosts = [.. options.AllowedHosts, host] },
            },
            new ValueFlag<AgentOptions, int>
            {
                Name = "--web.max-requests",
                Doc = "Maximum concurrent scrapes; more get 503. 0: as many as memory allows.",
                Value = FlagValues.Number(0, 10_000),
                Default = "40",
                Set = static (options, requests) => options with { MaxRequests = requests },
            },
            new ValueFlag<AgentOptions, string>
            {
                Name = "--query.socket",
                Doc = "Unix socket on which local users ask the agent (why). auto: query.sock in systemd's runtime directory, or in "
                    + "that of the user who started it; none: disabled.",
                Value = new()
                {
                    Placeholder = "FILE",
                    Choices = [QuerySocket.Auto, QuerySocket.None],
                    Expected = $"auto, none or a path of at most {QuerySocket.MaxPath} bytes",
                    TryParse = TryParseQuerySocket,
                },
                Default = QuerySocket.Auto,
                Set = static (options, path) => options with { QuerySocket = path },
            },
            new ValueFlag<AgentOptions, string>
            {
                Name = "--path.procfs",
                Doc = "Where procfs is mounted. If it is an ordinary directory laid out like procfs, netlink sources are disabled.",
                Value = FlagValues.Folder,
                Default = "/proc",
                Set = static (options, folder) => options with { ProcFs = folder },
            },
            new ValueFlag<AgentOptions, string>
            {
                Name = "--path.sysfs",
                Doc = "Where sysfs is mounted.",
                Value = FlagValues.Path("DIR"),
                Default = "/sys",
                Set = static (options, folder) => options with { SysFs = folder },
            },
            new ValueFlag<AgentOptions, TimeSpan>
            {
                Name = "--sample.interval",
                Doc = "Time between two samples.",
                Value = FlagValues.Duration("100ms", "1h", ", such as 500ms or 1s"),
                Default = "1s",
                Set = static (options, interval) => options with { Sampling = options.Sampling with { Interval = interval } },
            },
            new ValueFlag<AgentOptions, double>
            {
                Name = "--sample.walk-budget",
                Doc = "Share of one CPU that walks of the socket table may use; walks become rarer to stay within it.",
                Value = FlagValues.Share,
                Default = "0.01",
                Set = static (options, share) => options with { Sampling = options.Sampling with { WalkBudget = share } },
            },
            new ValueFlag<AgentOptions, TimeSpan>
            {
                Name = "--sample.peak-window",
                Doc = "Length of the sliding window for peaks.",
                Value = FlagValues.Duration("1s", "1h"),
                Default = "60s",
                Set = static (options, window) => options with { Sampling = options.Sampling with { PeakWindow = window } },
            },
            new ValueFlag<AgentOptions, int>
            {
                Name = "--listeners.max",
                Doc = "Maximum number of listeners to export; the busiest are kept.",
                Value = FlagValues.Number(0, 10_000),
                Default = "256",
                Set = static (options, listeners) => options with { Sampling = options.Sampling with { MaxListeners = listeners } },
            },
            new ValueFlag<AgentOptions, string?>
            {
                Name = "--history.file",
                Doc = "History file. auto: history.ring in systemd's state directory if there is one; none: disabled.",
                Value = new()
                {
                    Placeholder = "FILE",
                    Expected = "a path, auto or none",
                    Choices = ["auto", "none"],
                    TryParse = TryParseHistoryFile,
                },
                Default = "auto",
                Set = static (options, path) => options with { HistoryFile = path },
            },
            new ValueFlag<AgentOptions, TimeSpan>
            {
                Name = "--history.span",
                Doc = "How far the history file reaches back; an hour is 7 MB.",
                Value = FlagValues.Duration("1m", "2h"),
                Default = "1h",
                Set = static (options, span) => options with { HistorySpan = span },
            },
            new Switch<AgentOptions>
            {
                Name = "--netstat.all",
                Doc = "Also export every field of netstat, snmp and snmp6 that has no metric of its own, as tcpagent_netstat_field.",
                Set = static options => options with { Sampling = options.Sampling with { AllNetstatFields = true } },
            },
            new Switch<AgentOptions>
            {
                Name = $"--collector.{ConntrackTable.SourceName}",
                Doc = "Also sample what is in the connection tracking table; needs CAP_NET_ADMIN, and the source conntrack.",
                Set = static options => options with { Sampling = options.Sampling with { HasConntrackTable = true } },
            },
            new Switch<AgentOptions>
            {
                Name = "--metrics.node-names",
                Doc = "Also export what node_exporter has under its names, such as node_netstat_*, for dashboards and rules in use.",
                Set = static options => options with { NodeNames = true },
            },
            new ValueFlag<AgentOptions, LogEventLevel>
            {
                Name = "--log.level",
                Doc = "Minimum log level: debug, info, warn, error.",
                Value = FlagValues.OneOf(
                    "LEVEL", ("debug", LogEventLevel.Debug), ("info", LogEventLevel.Information), ("warn", LogEventLevel.Warning),
                    ("error", LogEventLevel.Error)),
                Default = "info",
                Set = static (options, level) => options with { LogLevel = level },
            },
            new ValueFlag<AgentOptions, LogFormat>
            {
                Name = "--log.format",
                Doc = "logfmt or json on stderr; auto is the journal when stderr is connected to it, else logfmt.",
                Value = FlagValues.OneOf("FORMAT", ("auto", LogFormat.Auto), ("logfmt", LogFormat.Logfmt), ("json", LogFormat.Json)),
                Default = "auto",
                Set = static (options, format) => options with { LogFormat = format },
            },
        ];
        foreach (var source in SourceList.Names)
            flags.AddRange(OfSource(source));
        return new(flags);
    }

    /// <summary>Sources are read by default, so --collector.NAME changes nothing. It exists because node_exporter has such flags.</summary>
    static Flag<AgentOptions>[] OfSource(string name)
    {
        var off = new Switch<AgentOptions>
        {
            Name = $"--no-collector.{name}",
            Doc = $"Do not read the source {name}.",
            Set = options => options with
            {
                Sampling = options.Sampling with { DisabledSources = [.. options.Sampling.DisabledSources, name] },
            },
        };
        var on = new Switch<AgentOptions>
        {
            Name = $"--collector.{name}",
            Doc = $"Read the source {name} (the default).",
            IsHidden = true,
            Excludes = off,
            Set = static options => options,
        };
        return [on, off];
    }

    static bool TryParseTelemetryPath(string text, out string value)
    {
        value = text;
        return text.Length > 1 && text[0] == '/' && !text.StartsWith("/-/", StringComparison.Ordinal)
            && !text.StartsWith("/api/", StringComparison.Ordinal) && text.AsSpan().IndexOfAny("?#% ") < 0;
    }

    static bool TryParseQuerySocket(string text, out string value)
    {
        value = text;
        return text.Length > 0
            && (text is QuerySocket.Auto or QuerySocket.None || Encoding.UTF8.GetByteCount(Path.GetFullPath(text)) <= QuerySocket.MaxPath);
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
}
