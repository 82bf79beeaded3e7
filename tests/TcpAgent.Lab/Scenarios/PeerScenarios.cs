using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Scenarios;

/// <summary>The limiter is elsewhere: a peer, the path to it, another namespace. The verdict is ok, and a finding names it.</summary>
static class PeerScenarios
{
    internal static readonly Scenario[] All =
    [
        Elsewhere("a peer that does not answer SYNs", "peer_silent", async stage =>
        {
            await Stage.Drop(stage.Server, "input", "tcp dport 80");
            stage.Start(stage.Client, Kind.Connects, Stage.Server4, "80", "100");
        }) with
        {
            Watch = Place.Client,
            Awaited = [(Signals.SynSent, 100), (Signals.SynRetransmissions, 50)],
            NotFound = ["packet_filter_output", "peer_unacknowledged", "path_loss", "local_loss"],
            Says = [$"{Stage.Server4}:80"],
        },
        Elsewhere("peers that vanish without a word", "peer_unacknowledged", async stage =>
        {
            await stage.StartAndWait(stage.Server, Kind.Hold, Stage.Server4, "8080", "256");
            await stage.StartAndWait(stage.Client, Kind.Talk, Stage.Server4, "8080", "60");
            await Stage.Drop(stage.Server, "input", "tcp dport 8080");
        }) with
        {
            Watch = Place.Client,
            Awaited = [(Signals.Timeouts, 60), (Signals.UnacknowledgedConnections, 60)],
            NotFound = ["peer_silent", "peer_window_closed", "path_loss", "local_loss"],
            Says = [Stage.Server4],
        },
        Elsewhere("clients behind one NAT with older timestamps", "paws_rejects", async stage =>
        {
            // What the server answers to the forged SYNs must not end its TIME_WAIT by way of the client's reset.
            await Stage.Set(stage.Server, "net.ipv4.tcp_rfc1337=1");
            await Stage.Set(stage.Client, "net.ipv4.tcp_timestamps=2");
            await stage.StartAndWait(stage.Server, Kind.CloseFirst, Stage.Server4, "8080", "512");
            await stage.StartAndWait(stage.Client, Kind.OlderTimestamps, Stage.Client4, Stage.Server4, "8080", "40", "100");
        }) with
        {
            Awaited = [(Signals.OldTimestamps, 50)],
            Says = ["timestamp"],
        },
        Scenario.Healthy("a neighbour that is not there", AskNobody) with
        {
            // What it reports to the sender when three questions had no answer.
            Awaited = [(Signals.Unreachable, 1)],
            NotFound = ["packet_filter_output", "peer_silent"],
        },
        Elsewhere("a neighbour that is not there, seen by the host", "neighbour_silent", AskNobody) with
        {
            Alone = true,
            Watch = Place.Host,
            Awaited = [(Signals.UnresolvedDiscards, 500)],
        },
        Elsewhere("an overflow in a namespace beside the agent's", "other_namespaces", async stage =>
        {
            await stage.StartAndWait(stage.Client, Kind.Listen, Stage.Client4, "8080", "5");
            stage.Start(stage.Server, Kind.Connects, Stage.Client4, "8080", "10");
        }) with
        {
            AwaitedAt = Place.Client,
            Awaited = [(Signals.Overflows, 5)],
            Says = ["container", "namespace"],
        },
        Scenario.Healthy("fragments whose rest is lost on the way", async stage =>
        {
            await Stage.Set(stage.Server, "net.ipv4.ipfrag_time=1");
            stage.Start(stage.Client, Kind.Fragments, Stage.Client4, Stage.Server4, "30");
        }) with
        {
            Awaited = [(Signals.FragmentTimeouts, 20), (Signals.FragmentFailures, 20)],
        },
    ];

    static Task AskNobody(Stage stage)
    {
        stage.Start(stage.Server, Kind.UdpStream, "10.91.0.77", "53", "1000");
        return Task.CompletedTask;
    }

    static Scenario Elsewhere(string name, string finding, Func<Stage, Task> make) =>
        Scenario.Healthy(name, make) with { Found = [finding] };
}
