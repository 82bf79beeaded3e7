using System.Globalization;
using TcpAgent.Lab.Faults;
using TcpAgent.Lab.Scenarios;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;
using Xunit.Abstractions;

namespace TcpAgent.Lab;

/// <summary>
/// What the agent estimates of connections that it samples, against what is known of all of them. Both ends are on this host, so there are
/// as many incoming as outgoing ones.
/// </summary>
[Collection(WholeHost.Name)]
[Trait("Category", "root")]
public sealed class ConnectionSampleTests(ITestOutputHelper output)
{
    /// <summary>The kernel counts in jiffies of 4 ms, and looks are some 100 ms apart here instead of 5 s.</summary>
    const double Clock = 0.02;

    /// <summary>Half of the connections wait for a peer that does not read; the other half has nothing to send.</summary>
    [SkippableTheory]
    [InlineData(1_000)]
    [InlineData(20_000)]
    public async Task BothEndsAreEstimatedAsManyAndHalfOfThemAsLimitedByThePeer(int connections)
    {
        await using var place = await NetworkNamespace.Create();
        await place.Run("ip", "link", "set", "lo", "up");
        await using var idle = await Connect(place, 7000, connections / 4, "empty");
        await using var filled = await Connect(place, 7001, connections / 4, "filled");
        await using var others = await Connect(place, 7002, connections / 4, "empty");
        await using var blocked = await Connect(place, 7003, connections / 4, "filled");
        var listed = SocketStates.Parse(await place.Run(Require.Tool("ss", "iproute2"), "-Htan"));
        Assert.Equal(2 * connections, listed["established"]);

        await using var agent = await Victim.StartIn(
            place, "--sample.interval=100ms", "--sample.walk-budget=1", "--sample.peak-window=10m");
        var seen = await AfterARotation(agent);
        var (looks, parts, sampled) = (seen[Looks], seen["tcpagent_connections_sample_parts"], seen["tcpagent_connections_sampled"]);
        var (incoming, outgoing) = (Sum(seen, Count, "incoming"), Sum(seen, Count, "outgoing"));
        var receiver = Sum(seen, Seconds, "outgoing", "receiver") / Sum(seen, Seconds, "outgoing");
        var application = Sum(seen, Seconds, "incoming", "application") / Sum(seen, Seconds, "incoming");
        output.WriteLine($"{looks} looks of {parts} parts, {sampled} sampled: {incoming} in, {outgoing} out, {receiver}, {application}");

        // The first look has nothing to compare. Those beyond whole rotations are of some parts alone.
        var error = 1 / Math.Sqrt(sampled);
        var ofCount = connections * (error + (looks - 1) % parts / looks);
        Assert.InRange(incoming, connections - ofCount, connections + ofCount);
        Assert.InRange(outgoing, connections - ofCount, connections + ofCount);
        Assert.InRange(receiver, 0.5 - error - Clock, 0.5 + error + Clock);
        Assert.InRange(application, 1 - error - Clock, 1);
        Assert.Equal(0, seen["tcpagent_connections_looks_abandoned_total"]);
    }

    const string Looks = "tcpagent_connections_looks_total", Count = "tcpagent_connections", Seconds = "tcpagent_connections_seconds_total";

    static async Task<Child> Connect(NetworkNamespace place, int port, int count, string filled)
    {
        var child = TrafficProgram.Start(place, Kind.Pairs, $"{port}", $"{count}", filled, "300");
        await Eventually.Holds(
            () => Task.FromResult(child.Output.Contains("are there", StringComparison.Ordinal)), TimeSpan.FromSeconds(60),
            () => child.Output);
        return child;
    }

    static async Task<Dictionary<string, double>> AfterARotation(Victim agent)
    {
        Dictionary<string, double> seen = [];
        await Eventually.Holds(
            async () =>
            {
                seen = await agent.Metrics();
                return seen.GetValueOrDefault("tcpagent_connections_sampled") > 0
                    && seen[Looks] > Math.Max(40, seen["tcpagent_connections_sample_parts"]);
            },
            TimeSpan.FromSeconds(120), () => seen.GetValueOrDefault(Looks).ToString(CultureInfo.InvariantCulture));
        return seen;
    }

    static double Sum(Dictionary<string, double> seen, string metric, string direction, string limiter = "") => seen
        .Where(one => one.Key.StartsWith($"{metric}{{", StringComparison.Ordinal)
            && one.Key.Contains($"direction=\"{direction}\"", StringComparison.Ordinal)
            && one.Key.Contains($"limiter=\"{limiter}", StringComparison.Ordinal) == (metric == Seconds))
        .Sum(one => one.Value);
}
