using System.Text;
using TcpAgent.Cli;

namespace TcpAgent.Tests.Packaging;

/// <summary>packaging/tcp-agent.default: for each common flag a commented line, the variable that systemd reads with its default.</summary>
static class DefaultFile
{
    /// <summary>Those that a service wants changed at times. The others are in the man page.</summary>
    static readonly string[] s_common =
    [
        "--web.listen-address", "--web.config.file", "--web.max-requests", "--sample.interval", "--sample.walk-budget", "--listeners.max",
        "--history.span", "--log.level",
    ];

    internal static string Text()
    {
        var flags = AgentFlags.Create().Flags;
        var text = new StringBuilder(
            """
            # Settings of the service tcp-agent. After a change: systemctl restart tcp-agent
            # Each flag has such a variable; tcp-agent(8) lists them all. "tcp-agent check-config" checks them when they are exported.

            """);
        foreach (var name in s_common)
        {
            var flag = flags.Single(flag => flag.Name == name);
            text.Append($"\n# {flag.Doc}\n#{flag.Variable}={flag.DefaultDoc}\n");
        }
        text.Append($"\n# {flags.Single(flag => flag.Name == "--no-collector.ports").Doc} Each source has such a variable.\n");
        return text.Append(
            """
            #TCPAGENT_NO_COLLECTOR_PORTS=true

            # Flags in words, which override the variables.
            # ARGS="--web.listen-address=127.0.0.1:10793 --log.level=warn"
            ARGS=""

            """).ToString();
    }
}
