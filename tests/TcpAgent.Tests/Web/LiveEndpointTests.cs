using System.Globalization;
using System.Net;
using System.Text.Json;
using TcpAgent.History;
using TcpAgent.Metrics;
using TcpAgent.Sources;
using TcpAgent.Verdict;
using TcpAgent.Web;

namespace TcpAgent.Tests.Web;

/// <summary>/api/v1/live: what the page asks for each second.</summary>
public sealed class LiveEndpointTests : IAsyncLifetime
{
    RunningAgent _agent = null!;

    public async Task InitializeAsync() => _agent = await RunningAgent.OverFixture("linux-6.18");

    public async Task DisposeAsync() => await _agent.DisposeAsync();

    async Task<JsonElement> Get()
    {
        var response = await _agent.Client.GetAsync("/api/v1/live");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    [Fact]
    public async Task ItHasTheSeriesOfTheHistoryAndMore()
    {
        var live = await Get();
        var series = live.GetProperty("series").EnumerateArray().Select(one => one.GetString()!).ToList();
        Assert.Equal(Series.Names, series);
        var values = live.GetProperty("values").EnumerateArray().ToList();
        Assert.Equal(series.Count, values.Count);
        var metrics = await _agent.Client.GetStringAsync("/metrics");
        foreach (var (name, metric) in ((string, string)[])
            [("drops.accept_queue", "tcpagent_drops_total{stage=\"accept_queue\"}"),
                ("time_wait.used", "tcpagent_resource_used{resource=\"time_wait\"}"),
             ("conntrack.limit", "tcpagent_conntrack_entries_limit")])
            Assert.Contains($"\n{metric} {values[series.IndexOf(name)]}\n", metrics, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, values[series.IndexOf("device_rx.used")].ValueKind);
        Assert.Equal(Environment.MachineName, live.GetProperty("host").GetString());
        Assert.False(live.GetProperty("history").GetBoolean());
        Assert.InRange(live.GetProperty("age_seconds").GetDouble(), 0, 3);
        Assert.NotEqual(0, live.GetProperty("cpus").GetArrayLength());
        Assert.True(live.GetProperty("cpus")[0].GetProperty("processed").GetInt64() > 0);
        Assert.True(live.GetProperty("conntrack").TryGetProperty("insert_failures", out _));
    }

    [Fact]
    public async Task ItsVerdictIsTheOneOfWhy()
    {
        var (live, why) = (await Get(), JsonDocument.Parse(await _agent.Client.GetStringAsync("/api/v1/why")).RootElement);
        foreach (var name in (string[])["verdict", "limiting", "resources"])
            Assert.Equal(why.GetProperty(name).GetRawText(), live.GetProperty("why").GetProperty(name).GetRawText());
    }

    /// <summary>The sources of the footer, and the events that a page without a history could not know.</summary>
    [Fact]
    public async Task ItSaysWhatTheAgentIsAndWhatHappened()
    {
        var live = await Get();
        Assert.True(live.GetProperty("sources").GetInt32() > 10);
        Assert.Equal(JsonValueKind.Array, live.GetProperty("failing").ValueKind);
        Assert.True(DateTimeOffset.Parse(live.GetProperty("started").GetString()!, CultureInfo.InvariantCulture) <= DateTimeOffset.UtcNow);
        Assert.NotEqual("", live.GetProperty("docs").GetString());
        Assert.Equal("the agent started", live.GetProperty("events")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task TheNextSampleIsAnother()
    {
        var first = (await Get()).GetProperty("time").GetString();
        await Task.Delay(400);
        Assert.NotEqual(first, (await Get()).GetProperty("time").GetString());
    }

    /// <summary>Of more than sixteen listeners the fullest are told, by their labels as people write them.</summary>
    [Fact]
    public void TheFullestListenersAreTold()
    {
        using var rig = new ListenersOnDisk(40, port => port == 1017 ? 3 : 0);
        var live = rig.Live();
        Assert.Equal(16, live.GetProperty("listeners").GetArrayLength());
        Assert.Equal(40, live.GetProperty("listeners_total").GetInt32());
        Assert.Equal("0.0.0.0:1017", live.GetProperty("listeners")[0].GetProperty("listener").GetString());
        Assert.Equal(3, live.GetProperty("listeners")[0].GetProperty("queue").GetInt32());
    }

    /// <summary>Each field of a listener, a CPU and conntrack is the metric that its name says.</summary>
    [Fact]
    public void EachFieldIsItsMetric()
    {
        var values = new DistinctValues(
            (ListenerRows.Rows, new EndpointInstance(new(0, 0, 443))), (ListenerRows.CountRows, Instance.None),
            (Softnet.Rows, new CpuInstance(3)),
            (Conntrack.Rows, Instance.None));
        var live = Read(values.Snapshot);
        Assert.Equal(values["tcpagent_listeners"], live.GetProperty("listeners_total").GetInt64());
        foreach (var (part, fields) in ((JsonElement, (string Field, string Metric)[])[])
        [
            (live.GetProperty("listeners")[0],
            [
                ("listener", ""), ("queue", "listener_accept_queue_length"), ("limit", "listener_accept_queue_limit"),
                ("syn_recv", "listener_syn_recv"), ("peak", "listener_accept_queue_peak"), ("drops", "listener_drops_total"),
                ("oldest_wait_ms", "listener_oldest_wait_seconds"), ("late", ""), ("owner", ""), ("cause", ""),
                ("accept_state", ""), ("syn_state", ""),
            ]),
            (live.GetProperty("cpus")[0],
            [
                ("cpu", ""), ("processed", "softnet_processed_total"), ("dropped", "softnet_dropped_total"),
                ("squeezed", "softnet_times_squeezed_total"), ("backlog", "softnet_backlog_packets"), ("state", ""),
            ]),
            (live.GetProperty("conntrack"),
            [
                ("entries", "conntrack_entries"), ("limit", "conntrack_entries_limit"), ("buckets", "conntrack_buckets"),
                ("drops", "conntrack_drops_total"), ("early_drops", "conntrack_early_drops_total"),
                ("insert_failures", "conntrack_insert_failures_total"), ("invalid", "conntrack_invalid_total"),
                ("chain_too_long", "conntrack_chain_too_long_total"),
            ]),
        ])
        {
            Assert.Equal(fields.Select(field => field.Field), part.EnumerateObject().Select(property => property.Name));
            foreach (var (field, metric) in fields.Where(field => field.Metric.Length > 0))
                Assert.Equal((field, values[$"tcpagent_{metric}"]), (field, part.GetProperty(field).GetInt64()));
        }
    }

    static JsonElement Read(Snapshot snapshot)
    {
        var settings = new LiveSettings(
            "0", "abc", DateTimeOffset.UnixEpoch, "docs/", "host", HasHistory: true, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        var json = new LiveJson(settings, new TurnLog());
        return JsonDocument.Parse((byte[])[(byte)'{', .. json.Write(snapshot)]).RootElement;
    }

    /// <summary>/proc/net/tcp with listeners only.</summary>
    sealed class ListenersOnDisk : IDisposable
    {
        readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tcp-agent-");
        readonly TestAgent _agent;

        internal ListenersOnDisk(int count, Func<int, int> queue)
        {
            var net = _folder.CreateSubdirectory("net");
            var lines = Enumerable.Range(1000, count).Select(port =>
                $"   0: 00000000:{port:X4} 00000000:0000 0A 00000000:{queue(port):X8} 00:00000000 00000000     0        0 {port} 1 "
                + "0000000000000000 100 0 0 10 0");
            File.WriteAllText(
                $"{net}/tcp",
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
                + $"inode\n{string.Join('\n', lines)}\n");
            _agent = new TestAgent(new(_folder.FullName, _folder.FullName, Live: false), SamplingOptions.Default, new ManualTime());
            _agent.Sampler.Take();
        }

        internal JsonElement Live() => Read(_agent.Sampler.Snapshots.Acquire()!);

        public void Dispose()
        {
            _agent.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
