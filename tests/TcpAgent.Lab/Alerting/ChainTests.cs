using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using Xunit.Abstractions;

namespace TcpAgent.Lab.Alerting;

/// <summary>
/// From the kernel to the operator: real conditions, the agent, Prometheus and Alertmanager with the shipped configuration, and a
/// webhook that receives the alerts.
/// </summary>
[Collection(WholeHost.Name)]
[Trait("Category", "root")]
public sealed class ChainTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => new(AlertCase.All.Select(one => one.Name));

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task TheAlertsOfTheCaseFireAndNoOthers(string name)
    {
        var one = AlertCase.All.Single(one => one.Name == name);
        var port = Ports.Free();
        await using var stage = await Stage.Create(one.Seconds);
        await using var chain = await AlertChain.Start(one.OnHost ? null : stage.Server, [port]);
        await chain.Agent(port, one.Flags);
        await Task.Delay(TimeSpan.FromSeconds(3));
        await one.Make(stage);
        await Fire(chain, one.Alerts, one.Seconds);
        await stage.EndTraffic();
        output.WriteLine(await chain.Summary());
        Assert.DoesNotContain(await chain.Fired(), alert => !one.MayFire(alert));
    }

    /// <summary>All of them fire, and each that nothing holds back reaches the webhook.</summary>
    internal static async Task Fire(AlertChain chain, string[] alerts, int seconds)
    {
        var summary = "";
        await Eventually.Holds(
            async () =>
            {
                summary = await chain.Summary();
                var heldBack = await chain.HeldBack();
                return !alerts.Except(await chain.Fired()).Any()
                    && !alerts.Except(chain.Arrived.Select(one => one.Alert)).Except(heldBack).Any();
            },
            TimeSpan.FromSeconds(seconds),
            () => summary);
    }
}
