namespace TcpAgent.Cli;

/// <summary>A command that help and the man page show.</summary>
/// <param name="Verb">The verb that it belongs to.</param>
/// <param name="Command">The command as it is typed at a shell.</param>
/// <param name="Meaning">What it does.</param>
readonly record struct Example(string Verb, string Command, string Meaning)
{
    internal static readonly Example[] All =
    [
        new("why", "tcp-agent why", "Say what limits this host."),
        new("why", "tcp-agent why --json", "Say it as JSON, for scripts and checks."),
        new("why", "tcp-agent why --watch", "Keep a live view open during an incident."),
        new("why", "tcp-agent why --from /tmp/capture", "Judge copies of another host's /proc and /sys."),
        new("why", "tcp-agent why --from /tmp/history.ring --at 16:20", "Say what limited at that time."),
        new("why", "tcp-agent why --what-if net.core.somaxconn=4096", "Say whether a higher limit would have been enough."),
        new("peers", "tcp-agent peers", "Show which destinations do not answer, lose packets or hold ports."),
        new("conntrack", "tcp-agent conntrack", "Show what fills the connection tracking table; as root."),
        new("history", "tcp-agent history --since=-15m", "Show the last 15 minutes."),
        new("history", "tcp-agent history --since=16:16 --until=16:25 --series=accept_queue,listeners", "Show nine minutes of one queue."),
        new("history", "tcp-agent history --incidents", "List the saved incidents, each with the command that shows it."),
        new("diff", "tcp-agent diff /tmp/capture-a /tmp/capture-b", "Compare two hosts."),
        new("diff", "tcp-agent diff /tmp/history.ring@16:00 /tmp/history.ring@16:20", "Compare two moments of one."),
        new("serve", "tcp-agent serve --web.listen-address=127.0.0.1:10793", "Serve metrics and the page to this host only."),
        new("serve", "tcp-agent serve --history.file=/tmp/history.ring", "Keep a history when the agent is started by hand."),
        new("print", "tcp-agent print --samples=10", "Print the metrics once, after ten seconds."),
        new("report", "tcp-agent report", "Write one file for a ticket into this directory."),
        new("report", "tcp-agent report --redact -o report.tar.gz", "Write it without addresses, under this name."),
        new("describe", "tcp-agent describe conntrack", "Explain the metrics of connection tracking."),
        new("describe", "tcp-agent describe ListenOverflows", "Find the metric of a kernel counter."),
        new(
            "check-config", "tcp-agent check-config --web.config.file=/etc/tcp-agent/web.config.yml",
            "Check TLS and passwords before a reload."),
        new("healthcheck", "tcp-agent healthcheck --web.listen-address=:10793", "Ask the agent on this port."),
        new("help", "tcp-agent help history", "Explain one verb."),
    ];
}
