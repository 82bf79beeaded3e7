namespace TcpAgent.Verdict;

/// <summary>The settings with which common programs set the receive buffer of their UDP port.</summary>
static class UdpPrograms
{
    const string Resolvers = "unbound: so-rcvbuf; BIND: udp-receive-buffer; dnsmasq and systemd-resolved have none, so raise "
        + "net.core.rmem_default and restart them";

    const string Flows = "pmacct: nfacctd_pipe_size, sfacctd_pipe_size; Logstash: receive_buffer_bytes of the udp input";

    static readonly Dictionary<int, string> s_byPort = new()
    {
        [53] = Resolvers,
        [5353] = Resolvers,
        [443] = Quic,
        [8443] = Quic,
        [514] = Syslog,
        [5140] = Syslog,
        [8125] = Statsd,
        [9125] = Statsd,
        [2055] = Flows,
        [4739] = Flows,
        [6343] = Flows,
        [9995] = Flows,
        [12201] = "Graylog: Receive Buffer Size of the input",
    };

    const string Quic = "nginx: rcvbuf=SIZE of listen ... quic; quic-go (Caddy, cloudflared) asks for 7 MiB itself, as far as "
        + "net.core.rmem_max allows";

    const string Syslog = "rsyslog imudp: rcvbufSize of the input; syslog-ng: so-rcvbuf(); Fluent Bit: Receive_Buffer_Size; Vector: "
        + "receive_buffer_bytes";

    const string Statsd = "Telegraf: read_buffer_size; statsd_exporter: --statsd.read-buffer; Datadog agent: dogstatsd_so_rcvbuf; Vector: "
        + "receive_buffer_bytes";

    /// <summary>The settings for a port; for an unknown port those of the most common programs.</summary>
    internal static string SettingsFor(int? port) => port is { } number && s_byPort.TryGetValue(number, out var settings)
        ? settings
        : "rsyslog: rcvbufSize; Telegraf: read_buffer_size; unbound: so-rcvbuf";
}
