using System.Text;

namespace TcpAgent.Cli;

/// <summary>docs/metrics.md: a section for each source, each with the queries that one starts from.</summary>
static class MetricsPage
{
    const string Head =
        """
        # Metrics

        Printed by `tcp-agent describe --markdown`. `tcp-agent describe NAME` explains one metric at a shell, by its name, a part of it,
        or the kernel's own name; `describe --json` is for programs.

        - The name in brackets is the kernel's.
        - A counter follows the kernel's own and falls with it when it is reset.
        - A metric that a kernel or namespace does not have is not exported, never 0.
        - Names, types and labels change only with a new minor version (0.1 to 0.2), and [CHANGELOG.md](../CHANGELOG.md) says so.

        ## Start here

        These answer most questions. The rest is evidence.

        | question | metrics |
        | --- | --- |
        | What limits this host? | `tcpagent_resource_state`, `tcpagent_resource_subject` ([resources](#resources)) |
        | How full is it? | `tcpagent_resource_used`, `tcpagent_resource_limit`, `tcpagent_resource_used_peak` |
        | What was lost? | `tcpagent_resource_losses_total` |
        | Where are packets dropped? | `tcpagent_drops_total`, by stage in packet order |
        | Which listener, and why? | `tcpagent_listener_accept_queue_peak`, `tcpagent_listener_oldest_wait_seconds` |

        ## Which count of sockets

        | metric | counts | use it for |
        | --- | --- | --- |
        | `tcpagent_tcp_sockets` | TCP sockets of this namespace by state, IPv4 and IPv6 | all else |
        | `tcpagent_tcp_transient_sockets` | those that open or close, from counters alone | hosts where walks are rare |
        | `tcpagent_tcp_current_established` | the kernel's own number behind that state | comparing with nstat |
        | `tcpagent_tcp_time_wait_sockets` | the kernel's own number behind that state | comparing with `ss -s` |
        | `tcpagent_tcp_sockets_inuse` | IPv4 only, without TIME_WAIT and SYN_RECV | which family the traffic uses |
        | `tcpagent_tcp6_sockets_inuse` | IPv6 only, likewise | which family the traffic uses |
        | `tcpagent_tcp_sockets_allocated` | TCP sockets of the whole host | memory, which all namespaces share |
        | `tcpagent_sockets_used` | sockets of every family | descriptors; not TCP |

        """;

    internal static string Write(List<Metric> metrics)
    {
        var text = new StringBuilder(Head);
        foreach (var section in MetricSection.All)
            if (metrics.FindAll(metric => metric.Source == section.Source) is { Count: > 0 } own)
                Write(text, section, own);
        return text.ToString();
    }

    static void Write(StringBuilder text, in MetricSection section, List<Metric> metrics)
    {
        text.Append($"\n## {section.Title}\n\nSource `{section.Source}`. {section.Text}\n\n");
        if (section.Queries.Length > 0)
        {
            text.Append("```promql\n");
            foreach (var (question, query) in section.Queries)
                text.Append($"# {question}\n{query}\n");
            text.Append("```\n\n");
        }
        text.Append("| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n");
        foreach (var metric in metrics)
        {
            var help = metric.Row.FullHelp.Replace("|", "\\|", StringComparison.Ordinal);
            var labels = metric.Labels.Replace(",", ", ", StringComparison.Ordinal);
            text.Append($"| `{metric.Row.Name}` | {metric.TypeName} | {labels} | {help} |\n");
        }
    }
}
