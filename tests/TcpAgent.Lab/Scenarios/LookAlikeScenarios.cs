using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>Healthy, though it may not look so: nothing may be blamed.</summary>
static class LookAlikeScenarios
{
    internal static readonly Scenario[] All =
    [
        Scenario.Healthy("a port scan", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "22", "128");
            stage.Start(stage.Client, Kind.PortScan, "10.92.1.1", Stage.Server4, "2000");
        }) with
        {
            Awaited = [(Signals.ResetsSent, 2000)],
            Still = [Signals.ListenDrops, Signals.Overflows],
            NotFound = ["packet_filter_input", "listener_drops"],
        },
        Scenario.Healthy("a backlog of one, emptied at once", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.EchoClose, Stage.Server4, "8080", "1");
            stage.Start(stage.Client, Kind.Short, Stage.Server4, "8080", "500");
            stage.Start(stage.Client, Kind.Short, Stage.Server4, "8080", "50");
        }) with
        {
            Seconds = 8,
            Awaited = [(Signals.PassiveOpens, 200)],
            Still = [Signals.ListenDrops, Signals.Overflows],
        },
        Scenario.Healthy("cookies always, ordinary clients", async stage =>
        {
            await Stage.Set(stage.Server, "net.ipv4.tcp_syncookies=2");
            await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "8080", "64");
            stage.Start(stage.Client, Kind.Connects, Stage.Server4, "8080", "60");
        }) with
        {
            Awaited = [(Signals.CookiesReceived, 60)],
            Still = [Signals.ListenDrops, Signals.Overflows],
            Found = ["syncookies_always"],
        },
        Scenario.Healthy("frames of other VLANs, and LLDP", stage =>
        {
            stage.Start(stage.Client, Kind.ForeignFrames, "lab0", "50");
            return Task.CompletedTask;
        }) with
        {
            Awaited = [(Signals.DeviceDrops, 50)],
            NotFound = ["packet_filter_input"],
        },
    ];
}
