using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Packaging;

/// <summary>The completion script, as bash runs it.</summary>
[Trait("Category", "live")]
public class CompletionTests
{
    [SkippableTheory]
    [InlineData("w", "why")]
    [InlineData("why --j", "--json")]
    [InlineData("why --markd", "")]
    [InlineData("describe --m", "--markdown --metrics.node-names")]
    [InlineData("describe --ma", "--markdown")]
    [InlineData("--web.listen", "--web.listen-address")]
    [InlineData("print --no-collector.sockst", "--no-collector.sockstat")]
    [InlineData("--log.level d", "debug")]
    [InlineData("serve --log.format = j", "json")]
    [InlineData("--log.format =", "auto json logfmt")]
    [InlineData("--path.procfs /pro", "/proc")]
    [InlineData("--sample.interval s", "")]
    [InlineData("history --file /proc/versio", "/proc/version")]
    [InlineData("--history.file /proc/versio", "/proc/version")]
    [InlineData("--history.file aut", "auto")]
    [InlineData("report -o /proc/versio", "/proc/version")]
    [InlineData("help hist", "history")]
    public async Task WordsAreCompleted(string line, string expected)
    {
        var bash = Require.Tool("bash", "bash");
        var script =
            $"source '{Repo.Path("packaging", "completion", "tcp-agent")}'; COMP_WORDS=(tcp-agent {line}); "
            + "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _tcp_agent; echo \"${COMPREPLY[*]}\"";
        Assert.Equal(expected + "\n", await Child.Run(bash, "--norc", "-u", "-c", script));
    }
}
