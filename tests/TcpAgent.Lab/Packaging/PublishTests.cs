using TcpAgent.Lab.Support;

namespace TcpAgent.Lab.Packaging;

/// <summary>The shipped form: one executable that needs no .NET on the host.</summary>
[Collection(PublishedOnce.Name)]
public class PublishTests(Published published)
{
    [SkippableFact]
    public async Task OneExecutableRunsWhereNoDotNetIsInstalled()
    {
        Require.Root();
        Assert.Equal([published.Program], published.Files);

        // A mount namespace in which every folder that may hold a .NET is empty, and no environment.
        var unshare = Require.Tool("unshare", "util-linux");
        var exposition = await Child.Run(unshare, "--mount", "sh", "-c",
            "for d in /usr/share/dotnet /usr/lib/dotnet /root/.dotnet /root/.nuget; do [ ! -d $d ] || mount -t tmpfs none $d || exit 9; done; "
            + $"! command -v dotnet >/dev/null || ! dotnet --version >/dev/null 2>&1 || exit 8; exec env -i {published.Program} print");
        var series = AgentProgram.Parse(exposition);
        Assert.True(series.Count > 300, $"{series.Count} series");
        Assert.Contains("tcpagent_tcp_sockets{state=\"syn_recv\"}", series.Keys);
        Assert.Contains("tcp-agent, version", await Child.Run(published.Program, "--version"), StringComparison.Ordinal);
    }
}
