using System.Globalization;
using System.Text.Json;
using TcpAgent.Lab.Support;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab;

/// <summary>Queueing disciplines made for real in a namespace of the test's own, against tc.</summary>
[Trait("Category", "root")]
public class QdiscTests
{
    static readonly (string Metric, string Field)[] s_fields =
    [
        ("queue_packets", "qlen"), ("queue_bytes", "backlog"), ("dropped_total", "drops"), ("overlimits_total", "overlimits"),
        ("sent_packets_total", "packets"), ("sent_bytes_total", "bytes"),
    ];

    static async Task<List<JsonElement>> Roots(NetworkNamespace place)
    {
        using var document = JsonDocument.Parse(await place.Run(Require.Tool("tc", "iproute2"), "-s", "-j", "qdisc"));
        return [.. document.RootElement.EnumerateArray().Where(IsRoot).Select(qdisc => qdisc.Clone())];

        static bool IsRoot(JsonElement qdisc) => qdisc.TryGetProperty("root", out _) && qdisc.GetProperty("kind").GetString() != "noqueue";
    }

    static Task<Child> MakeDisciplines(NetworkNamespace place) => TrafficProgram.StartReady(place, Kind.Qdiscs, "300");

    [SkippableFact]
    public async Task EveryRootAgreesWithTc()
    {
        await using var place = await NetworkNamespace.Create();
        await using var disciplines = await MakeDisciplines(place);
        var before = await Roots(place);
        var series = AgentProgram.Parse(await AgentProgram.PrintIn(place));
        var after = await Roots(place);
        Assert.Equal(["t0 tbf", "c0 tbf", "p0 pfifo", "b0 bfifo", "h0 htb", "m0 mq", "u0 pfifo_fast"], before.Select(Name));
        foreach (var (first, second) in before.Zip(after))
            foreach (var (metric, field) in s_fields)
                AssertBetween(Number(first, field), Number(second, field), Of(series, metric, first), $"{Name(first)} {field}");
        Assert.Equal(before.Count, series.Keys.Count(key => key.StartsWith("tcpagent_qdisc_dropped_total{", StringComparison.Ordinal)));

        // Full, by the queue and by its limit.
        var (t0, c0, h0) = (before[0], before[1], before[4]);
        Assert.True(Number(t0, "drops") > 0 && Number(c0, "drops") > 0 && Number(h0, "drops") > 0);
        Assert.InRange(Of(series, "queue_bytes", t0), 2_000, Of(series, "limit_bytes", t0));
        Assert.InRange(Of(series, "queue_packets", c0), 4, Of(series, "limit_packets", c0));
    }

    [SkippableFact]
    public async Task LimitsAreThoseThatWereSet()
    {
        await using var place = await NetworkNamespace.Create();
        await using var disciplines = await MakeDisciplines(place);
        var series = AgentProgram.Parse(await AgentProgram.PrintIn(place));
        string[] limits =
        [
            "limit_bytes{device=\"b0\",kind=\"bfifo\"} 15000", "limit_bytes{device=\"t0\",kind=\"tbf\"} 3072",
            "limit_packets{device=\"c0\",kind=\"tbf\"} 5",
            "limit_packets{device=\"p0\",kind=\"pfifo\"} 77", "limit_packets{device=\"u0\",kind=\"pfifo_fast\"} 321",
        ];
        Assert.Equal(limits, series.Where(one => one.Key.StartsWith("tcpagent_qdisc_limit_", StringComparison.Ordinal))
            .Select(one => $"{one.Key["tcpagent_qdisc_".Length..]} {one.Value}").Order(StringComparer.Ordinal));
    }

    static string Name(JsonElement qdisc) => $"{qdisc.GetProperty("dev").GetString()} {qdisc.GetProperty("kind").GetString()}";

    static double Number(JsonElement qdisc, string field) => qdisc.GetProperty(field).GetDouble();

    static double Of(Dictionary<string, double> series, string metric, JsonElement qdisc)
    {
        var (device, kind) = (qdisc.GetProperty("dev").GetString(), qdisc.GetProperty("kind").GetString());
        return series[$"tcpagent_qdisc_{metric}{{device=\"{device}\",kind=\"{kind}\"}}"];
    }

    static void AssertBetween(double before, double after, double value, string what) => Assert.True(
        value >= Math.Min(before, after) && value <= Math.Max(before, after),
        string.Create(CultureInfo.InvariantCulture, $"{what}: the agent says {value}, tc {before} before and {after} after"));
}
