using System.Globalization;
using System.Text;
using System.Text.Json;
using TcpAgent.Cli;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Tests.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>The document and the text that the verdict becomes.</summary>
public sealed class HostVerdictTests : IDisposable
{
    readonly ResourceRig _rig = new();

    public void Dispose() => _rig.Dispose();

    void FillConntrack()
    {
        _rig.Conntrack.Set("", "nf_conntrack_count", 95);
        _rig.Conntrack.Set("", "nf_conntrack_max", 100);
        _rig.Conntrack.Set("", "drop", 3);
        _rig.Tick();
        _rig.Conntrack.Set("", "drop", 33);
        _rig.Tick(2);
    }

    static JsonElement Json(HostVerdict verdict) => JsonDocument.Parse(VerdictJson.Write(verdict)).RootElement;

    static string Text(HostVerdict verdict, bool hasColour = false) =>
        Encoding.UTF8.GetString(WhyText.For(new Terminal(hasColour, 80)).Write(verdict));

    static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    [Fact]
    public void TheDocumentHasItsFieldsAndEveryResource()
    {
        FillConntrack();
        var document = Json(_rig.Judge());
        Assert.Equal(
            [
                "version", "time", "network_namespace", "watched_seconds", "verdict", "since", "headline", "limiting", "resources", "drops",
                "findings", "connections", "destinations",
            ],
            Names(document));
        Assert.Equal(1, document.GetProperty("version").GetInt32());
        Assert.True(DateTimeOffset.TryParseExact(
            document.GetProperty("time").GetString(), "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out _));
        Assert.Equal("limiting", document.GetProperty("verdict").GetString());
        Assert.Equal(2.0, document.GetProperty("watched_seconds").GetDouble());
        Assert.Equal(["conntrack"], document.GetProperty("limiting").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(
            [
                "accept_queue", "accept_queue_unix", "cloud_bandwidth_in", "cloud_bandwidth_out", "cloud_conntrack", "cloud_pps",
                "conntrack", "device_rx", "ephemeral_ports", "ephemeral_ports_udp", "file_handles",
                "fragments", "nat_ports", "neighbour_v4", "neighbour_v6", "nfqueue", "open_files", "orphans", "qdisc",
                "route_cache_v6", "softnet_backlog",
                "syn_queue", "tcp_memory", "time_wait", "udp_memory", "udp_receive",
            ],
            document.GetProperty("resources").EnumerateArray().Select(resource => resource.GetProperty("resource").GetString()!).Order());
        foreach (var resource in document.GetProperty("resources").EnumerateArray())
            Assert.Equal(
                [
                    "resource", "title", "state", "since", "incomplete", "used", "limit", "peak", "peak_limit", "losses", "losses_total",
                    "unit", "scope", "subject", "owner", "cause", "label", "loss", "headline", "headline_past", "evidence", "advice",
                    "will_not_fix",
                ], Names(resource));
        var conntrack = document.GetProperty("resources").EnumerateArray()
            .Single(resource => resource.GetProperty("resource").GetString() == "conntrack");
        Assert.Equal(95, conntrack.GetProperty("used").GetInt32());
        Assert.Equal(100, conntrack.GetProperty("limit").GetInt32());
        Assert.Equal(30, conntrack.GetProperty("losses").GetInt32());
        var drop = document.GetProperty("drops").EnumerateArray().Single(one => one.GetProperty("stage").GetString() == "conntrack");
        Assert.Equal(30, drop.GetProperty("count").GetInt32());
        Assert.Equal(15.0, drop.GetProperty("per_second").GetDouble());
        Assert.True(drop.GetProperty("harmful").GetBoolean());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 0)]
    public void TheExitCodeSaysIt(int state, int exitCode) => Assert.Equal(exitCode, WhyCommand.ExitCode((ResourceState)state));

    [Fact]
    public void WithoutColourThereIsNoEscapeAndWithItThereIs()
    {
        FillConntrack();
        Assert.DoesNotContain('\e', Text(_rig.Judge()));
        Assert.Contains("\e[1;31mLIMITING: conntrack (watched 2 s; now 95 of 100, 30 lost)\e[0m\n",
            Text(_rig.Judge(), hasColour: true), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryFixtureIsJudged()
    {
        foreach (var set in Fixtures.Sets)
        {
            var time = new ManualTime();
            using var agent = TestAgent.OverFixture(set, time);
            for (var i = 0; i < 3; i++)
            {
                time.Now += ManualTime.Second;
                agent.Sampler.Take();
            }
            var snapshot = agent.Sampler.Snapshots.Acquire()!;
            var verdict = HostVerdict.From(new SampleView(snapshot), TimeSpan.FromSeconds(60));
            Assert.Equal(ResourceCatalog.All.Length, verdict.Resources.Count);
            Assert.Empty(verdict.In(ResourceState.Limiting));
            foreach (var width in (int[])[60, 80, 110])
                Assert.All(
                    Encoding.UTF8.GetString(WhyText.For(new Terminal(false, width), showsAll: true).Write(verdict)).Split('\n'),
                    line => Assert.True(line.Length <= width, line));
        }
    }

    public static TheoryData<string> ResourceNames => new(ResourceCatalog.All.Select(row => row.Name));

    /// <summary>Every combination of what may be known when a resource has something to say.</summary>
    [Theory]
    [MemberData(nameof(ResourceNames))]
    public void EveryResourceExplainsItselfWithinEightyColumns(string name)
    {
        var row = ResourceCatalog.All.Single(one => one.Name == name);
        foreach (var hasSettings in (bool[])[false, true])
        {
            using var rig = new ResourceRig();
            if (hasSettings)
                foreach (var setting in Enumerable.Range(0, rig.Sysctl.Tables[0].Rows.Count))
                    rig.Sysctl.Tables[0][0].Values[setting] = 3;
            rig.Tick();
            var verdict = rig.Judge();
            foreach (var state in (ResourceState[])[ResourceState.Ok, ResourceState.Near, ResourceState.Limiting])
                foreach (var subject in (string[])["", "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535", "10.0.0.1 -> 10.0.0.2:443"])
                    foreach (var limit in (long?[])[null, 4, 9_000_000_000])
                        AssertReadable(row, state, subject, limit, rig, verdict);
        }
    }

    [Theory]
    [InlineData("accept_queue")]
    [InlineData("syn_queue")]
    public void AQueueThatNoSampleSawHasNoFigures(string name)
    {
        var report = new ResourceReport(
            ResourceCatalog.All.Single(one => one.Name == name), ResourceState.Limiting)
        { Used = 0, Limit = 128, Peak = 0, Losses = 7 };
        _rig.Tick();
        _rig.Look(view => ResourceAdvice.Explain(report, view));
        Assert.Contains(report.Evidence, line => line.Contains("cannot be identified", StringComparison.Ordinal));
        Assert.DoesNotContain(report.Evidence, line => line.Contains("128", StringComparison.Ordinal));
    }

    static void AssertReadable(Resource row, ResourceState state, string subject, long? limit, ResourceRig rig, HostVerdict verdict)
    {
        var report = new ResourceReport(row, state)
        {
            Used = limit,
            Limit = limit,
            Peak = limit,
            Losses = state == ResourceState.Near ? 0 : 7,
            LossesTotal = 9,
            Instance = subject.Length == 0 ? null : new Instance(subject),
        };
        rig.Look(view => ResourceAdvice.Explain(report, view));
        Assert.NotEmpty(report.Evidence);
        Assert.True(state == ResourceState.Ok || report.Advice.Count > 0, "no advice");
        Assert.True(state == ResourceState.Ok || report.WillNotFix.Count > 0, "nothing that will not help");
        var text = Text(verdict with { State = state, Resources = [report] });
        foreach (var line in text.Split('\n'))
            Assert.True(line.Length <= 80 || !line.Trim().Contains(' ', StringComparison.Ordinal), line);
        foreach (var hole in (string[])["  of ", " of ,", " of .", "= in", "= on", "=;", "=,", "= (", "  reached", "null", " ;"])
            Assert.DoesNotContain(
                hole, string.Join('\n', [.. report.Evidence, .. report.Advice, .. report.WillNotFix]), StringComparison.Ordinal);
        Assert.All(text, character => Assert.InRange(character, '\n', '~'));
    }
}
