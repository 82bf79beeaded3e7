using System.Diagnostics;
using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Faults;

/// <summary>An address to listen on that the host gets only after the agent was started, as from DHCP or a cluster's failover.</summary>
[Trait("Category", "root")]
public sealed class AddressTests(ITestOutputHelper output)
{
    const string Late = "192.0.2.77";

    /// <summary>Starts it again after a failure, as the unit does (RestartSec=2, without a limit of starts), only faster.</summary>
    const string Supervised = "while ! setpriv --pdeathsig KILL \"$@\"; do sleep 0.2; done";

    static Task<string> AddAddress(NetworkNamespace place) =>
        place.Run(Require.Tool("ip", "iproute2"), "addr", "add", $"{Late}/32", "dev", "lo");

    static async Task<NetworkNamespace> WithLoopback()
    {
        var place = await NetworkNamespace.Create();
        await place.Run(Require.Tool("ip", "iproute2"), "link", "set", "lo", "up");
        return place;
    }

    static Child Start(NetworkNamespace place, string script, int port)
    {
        var (file, arguments) = AgentProgram.Command("serve", $"--web.listen-address={Late}:{port}");
        return place.Start("/bin/sh", ["-c", script, "sh", file, .. arguments]);
    }

    static async Task<bool> Answers(NetworkNamespace place, int port)
    {
        var (file, arguments) = TrafficProgram.Command(Kind.Get, $"http://{Late}:{port}/-/ready");
        return (await place.RunAny(file, arguments)).Code == 0;
    }

    static int Failures(Child agent) =>
        agent.Output.Split('\n').Count(line => line.Contains("tcp-agent: error:", StringComparison.Ordinal));

    /// <summary>Restarts more often than systemd's own limit allows, five in ten seconds.</summary>
    [SkippableFact]
    public async Task ItFailsInOneLineEachTimeAndServesOnceTheAddressIsThere()
    {
        await using var place = await WithLoopback();
        var port = Ports.Free();
        await using var agent = Start(place, Supervised, port);
        await Eventually.Holds(() => Task.FromResult(Failures(agent) > 5), TimeSpan.FromSeconds(60), () => agent.Output);
        var failed = Failures(agent);
        Assert.All(
            agent.Output.Split('\n').Where(line => line.Contains("error", StringComparison.Ordinal)), line => Assert.Equal(
                $"tcp-agent: error: {Late}:{port}: Cannot assign requested address. Choose another with --web.listen-address.", line));
        var clock = Stopwatch.StartNew();
        await AddAddress(place);
        await Eventually.Holds(() => Answers(place, port), TimeSpan.FromSeconds(30), () => agent.Output);
        output.WriteLine($"{failed} failed starts, then ready {clock.Elapsed.TotalSeconds:0.0} s after the address came");
    }

    /// <summary>net.ipv4.ip_nonlocal_bind lets it start at once and wait.</summary>
    [SkippableFact]
    public async Task WhereAddressesMayBeBoundBeforehandItServesWithoutARestart()
    {
        await using var place = await WithLoopback();
        await Stage.Set(place, "net.ipv4.ip_nonlocal_bind=1");
        var port = Ports.Free();
        await using var agent = Start(place, "exec \"$@\"", port);
        await AgentProgram.Sampled(agent);
        Assert.False(await Answers(place, port));
        await AddAddress(place);
        await Eventually.Holds(() => Answers(place, port), TimeSpan.FromSeconds(30), () => agent.Output);
        Assert.Equal(0, Failures(agent));
    }
}
