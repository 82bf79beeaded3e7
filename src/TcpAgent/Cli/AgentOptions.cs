using System.Net;
using Serilog.Events;
using TcpAgent.Logging;
using TcpAgent.Sources;

namespace TcpAgent.Cli;

/// <summary>
/// The result of flags and environment, checked once at start. The values here are the flags' defaults; a test checks that.
/// </summary>
sealed record AgentOptions
{
    /// <summary>
    /// Addresses to serve on, in the order given. Empty until <see cref="AgentFlags"/> adds to it; the flag's default is port 10793 on
    /// every address.
    /// </summary>
    internal IReadOnlyList<IPEndPoint> ListenAddresses { get; init; } = [];

    /// <summary>Whether to serve on the sockets that systemd passes instead of <see cref="ListenAddresses"/>. Defaults to false.</summary>
    internal bool SystemdSocket { get; init; }

    /// <summary>The query socket: auto, none or a path. Defaults to auto, see <see cref="Web.QuerySocket.ToServe"/>.</summary>
    internal string QuerySocket { get; init; } = Web.QuerySocket.Auto;

    /// <summary>Path of the metrics. Defaults to /metrics, where Prometheus looks unless it is configured otherwise.</summary>
    internal string TelemetryPath { get; init; } = "/metrics";

    /// <summary>Names, beside this host's own, under which the page and the API may be asked for. Defaults to none.</summary>
    internal IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>File with TLS, passwords, headers and rate limit. Defaults to null: plain HTTP without passwords.</summary>
    internal string? WebConfigFile { get; init; }

    /// <summary>
    /// Maximum concurrent scrapes, from 0 to 10,000. More get 503, as they do when the responses in flight fill a quarter of the heap. 0:
    /// only the heap limits them. Defaults to 40, as in node_exporter.
    /// </summary>
    internal int MaxRequests { get; init; } = 40;

    /// <summary>
    /// Directory where procfs is mounted. Defaults to /proc. An ordinary directory laid out like procfs turns netlink off.
    /// </summary>
    internal string ProcFs { get; init; } = "/proc";

    /// <summary>Directory where sysfs is mounted. Defaults to /sys.</summary>
    internal string SysFs { get; init; } = "/sys";

    internal SamplingOptions Sampling { get; init; } = SamplingOptions.Default;

    /// <summary>Whether to export the facts that node_exporter has under its names too. Defaults to false.</summary>
    internal bool NodeNames { get; init; }

    /// <summary>The history's ring file. Null keeps none, which is the default outside a systemd service with a state directory.</summary>
    internal string? HistoryFile { get; init; }

    /// <summary>How far the history file reaches back, from 1 min to 2 h, so that it stays below 16 MiB. Defaults to 1 h: 7 MB.</summary>
    internal TimeSpan HistorySpan { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The minimum level of lines that are logged. Defaults to information.</summary>
    internal LogEventLevel LogLevel { get; init; } = LogEventLevel.Information;

    /// <summary>Defaults to auto: the journal when stderr is connected to it, else logfmt.</summary>
    internal LogFormat LogFormat { get; init; } = LogFormat.Auto;

    /// <summary>The flags in force and where each comes from, for reports. Empty where nobody asks for them.</summary>
    internal IReadOnlyList<FlagSetting> Settings { get; init; } = [];

    /// <summary>Variables that look like those of a flag and are none, each with a hint.</summary>
    internal IReadOnlyList<(string Name, string Hint)> UnknownVariables { get; init; } = [];
}
