using System.Globalization;
using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Traffic;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Alerting;

/// <summary>
/// On a healthy host nothing fires, idle or busy with thousands of short connections a second. Here with the rules' minute a
/// second long: on the idle host for as long as the slowest of them needs, which looks an hour back and then waits; a busy one would by
/// then hold more in TIME_WAIT than an hour before, which is no false alarm. By `make alert-quiet` with the rules as they are.
/// </summary>
[Collection(WholeHost.Name)]
[Trait("Category", "root")]
public sealed class QuietTests(ITestOutputHelper output)
{
    static readonly string? s_minutes = Environment.GetEnvironmentVariable("QUIET_MINUTES");

    [SkippableFact]
    public Task NothingFiresOnAnIdleHost() => NothingFires(_ => Task.CompletedTask, opens: 0, seconds: 100);

    [SkippableFact]
    public Task NothingFiresOnABusyHealthyHost() => NothingFires(
        async stage =>
        {
            for (var port = 7301; port < 7305; port++)
            {
                stage.StartOnHost(Kind.EchoClose, TableScenarios.Loopback, $"{port}", "4096");
                await Task.Delay(300);
                stage.StartOnHost(Kind.Short, TableScenarios.Loopback, $"{port}", "600");
            }
        },
        opens: 500, seconds: 20);

    async Task NothingFires(Func<Stage, Task> load, int opens, int seconds)
    {
        seconds = s_minutes is null ? seconds : (int)(60 * double.Parse(s_minutes, CultureInfo.InvariantCulture));
        var port = Ports.Free();
        await using var stage = await Stage.Create(seconds + 30);
        await using var chain = await AlertChain.Start(null, [port], scaled: s_minutes is null);
        if (s_minutes is null)
            await chain.Agent(port);
        else
            chain.RunAgent(port);
        await load(stage);
        await Task.Delay(TimeSpan.FromSeconds(seconds));

        var seen = await chain.Ask(
            "{__name__=~\"tcpagent_samples_total|tcpagent_tcp_passive_opens_total|tcpagent_tcp_sockets\",state=~\"|time_wait|syn_recv\"}");
        output.WriteLine(string.Join('\n', seen.Select(one => $"{one.Labels["__name__"]} {one.Value}")) + "\n" + await chain.Summary());
        Assert.NotEmpty(await chain.Ask("up == 1"));
        Assert.NotEmpty(await chain.Ask($"increase(tcpagent_tcp_passive_opens_total[{seconds}s]) >= {opens * seconds}"));
        Assert.Empty(await chain.Fired());

        // A condition that holds nearly from the start is a false alarm, even if its `for` is longer than the watch.
        Assert.Empty(await chain.TrueFor(0.75 * seconds));
    }
}
