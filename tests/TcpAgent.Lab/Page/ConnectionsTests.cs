using System.Text.Json;
using System.Text.Json.Nodes;
using TcpAgent.Lab.Traffic;

namespace TcpAgent.Lab.Page;

/// <summary>What the page shows of the connections: the sentences first, then the figures, and nothing where there is no sample.</summary>
[Collection(OneAtATime)]
[Trait("Category", "browser")]
[Trait("Category", "root")]
public sealed class ConnectionsTests : PageScene
{
    const string Lossy = "8 connections to 10.0.0.2:5432: 4 % of the bytes sent again (on the path or at the peer)";

    const string Section = "#s-connections", Part = "#connections-part";

    const string IsDrawn = "document.querySelectorAll('#resources-chips .chip').length > 5";

    static object Group(
        string direction, string subject, double connections, double? busy, double receiver = 0, double sendBuffer = 0,
        string? owner = null, long retransmitted = 0) => new
        {
            direction,
            subject,
            owner,
            connections,
            sampled = 12,
            busy,
            limited_by = new { receiver, send_buffer = sendBuffer, network = busy is null ? 0 : 1 - receiver - sendBuffer },
            sent_bytes_per_second = 2_500_000,
            sent_bytes = busy is null ? 0 : 150_000_000,
            retransmitted_bytes = retransmitted,
            round_trip_seconds = busy is null ? null : (double?)0.0412,
            lowest_round_trip_seconds = busy is null ? null : (double?)0.00031,
            delivery_bytes_per_second = busy is null ? null : (long?)900_000,
            connects = 0,
            connects_again = 0,
            unread = 0,
            unread_bytes = 0,
        };

    static readonly object[] s_groups =
    [
        Group("incoming", "[::]:443", 1250, 31.2, receiver: 0.6, sendBuffer: 0.1, owner: "nginx of nginx.service"),
        Group("outgoing", "10.0.0.2:5432", 8, 4.4, retransmitted: 6_000_000),
        Group("outgoing", "[2001:db8:1234:5678:9abc:def0:1234:5678]:9042", 2, 0.02),
        Group("incoming", "others", 3, null),
        Group("outgoing", "others", 0.3, 0.15, sendBuffer: 0.9),
    ];

    static JsonNode Connections(string[] lines, params object[] groups) => JsonSerializer.SerializeToNode(
        new { sampled = groups.Length == 0 ? 0 : 900, of = groups.Length == 0 ? 0 : 15_000, lines, groups })!;

    /// <summary>The page, whose agent answers with these connections.</summary>
    async Task<(Tab Tab, Script Script)> Shows(JsonNode? connections, int width = 1280, bool dark = false)
    {
        var tab = await Open(width: width, dark: dark);
        var script = await Script.From(tab);
        script.Live["why"]!["connections"] = connections;
        await tab.Intercept(History, AlwaysAnswer(script.History((-20, 7, 0), (-19, 7, 0))));
        await tab.Intercept(Live, AlwaysAnswer(script.At(0, 7)));
        await tab.Go(Address);
        await tab.Until(IsDrawn);
        return (tab, script);
    }

    [SkippableTheory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(360, false)]
    [InlineData(360, true)]
    [InlineData(1920, false)]
    public async Task WhatIsWorthSayingIsOpenWithItsFigures(int width, bool dark)
    {
        var (tab, _) = await Shows(Connections([Lossy], s_groups), width, dark);
        Assert.True(await tab.Is($"document.querySelector('{Part}').open"));
        Assert.Equal("5 listeners and destinations, one thing stands out", await tab.Text("#connections-count"));
        Assert.Equal(Lossy, await tab.Text("#connections-lines"));
        const string trip = "41 ms, lowest 310 \u00b5s|2.4 MiB/s";
        Assert.Equal(
            [$"[::]:443nginx of nginx.service|application 98% receiver 1% network 1%|incoming|1,250|0%|{trip}",
                $"10.0.0.2:5432|application 45% network 55%|outgoing|8|4.0%|{trip}",
                $"[2001:db8:1234:5678:9abc:def0:1234:5678]:9042|application 99% network 1%|outgoing|2|0%|{trip}",
                "other listeners|-|incoming|3|-|-|-",
                $"other destinations|application 50% send buffer 45% network 5%|outgoing|1|0%|{trip}"],
            await Rows(tab));
        Assert.StartsWith("Estimates over the last minute from 6.0% of the established connections.", await tab.Text("#connections-aside"),
            StringComparison.Ordinal);
        Assert.Contains(" off by at most 3.3% ", await tab.Text("#connections-aside"), StringComparison.Ordinal);
        await tab.Run($"document.querySelector('{Section}').scrollIntoView({{ block: 'center' }})");
        await Keep(tab, $"connections-{width}-{(dark ? "dark" : "light")}");
        Assert.True(await tab.Is("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the screen");
        AssertClean(tab);
        await Axe.AssertAccessible(tab);
    }

    /// <summary>The texts of each row's cells.</summary>
    static async Task<string[]> Rows(Tab tab) => [.. (await tab.Run(
        "[...document.querySelectorAll('#connections tr')].map(row => [...row.children].map("
        + "cell => cell.textContent.replace(/ +/g, ' ').trim()).join('|'))"))!.AsArray().Select(row => (string)row!)];

    [SkippableTheory]
    [InlineData(1280)]
    [InlineData(360)]
    public async Task WithNothingToSayItIsFolded(int width)
    {
        var (tab, _) = await Shows(Connections([], s_groups), width);
        Assert.Equal("5 listeners and destinations, nothing stands out", await tab.Text("#connections-count"));
        Assert.False(await tab.Is($"document.querySelector('{Part}').open"));
        Assert.True(await tab.Is($"document.querySelector('{Section}').offsetHeight < 80"));
        await Keep(tab, $"connections-folded-{width}");
        AssertClean(tab);
        await Axe.AssertAccessible(tab);
    }

    /// <summary>What the viewer folded stays folded while the same is wrong.</summary>
    [SkippableFact]
    public async Task ItIsOpenedOnce()
    {
        var (tab, script) = await Shows(Connections([Lossy], s_groups));
        await tab.Click($"{Part} > summary");
        await tab.Intercept(Live, AlwaysAnswer(script.At(1, 77)));
        await tab.Until($"{Established}.includes('77')");
        Assert.False(await tab.Is($"document.querySelector('{Part}').open"));
    }

    /// <summary>Without a sample, as on a kernel without sock_diag, and in a document of an agent that had no such source.</summary>
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AnAbsentSourceHasNoSection(bool isOld)
    {
        var (tab, script) = await Shows(Connections([Lossy], s_groups));
        Assert.False(await tab.Is($"document.querySelector('{Section}').hidden"));
        script.Live["why"]!["connections"] = Connections([]);
        if (isOld)
            script.Live["why"]!.AsObject().Remove("connections");
        await tab.Intercept(Live, AlwaysAnswer(script.At(1, 77)));
        await tab.Until($"{Established}.includes('77')");
        Assert.True(await tab.Is($"document.querySelector('{Section}').hidden"));
        AssertClean(tab);
    }

    /// <summary>The figures are of now. Of the past, the agent keeps what it said.</summary>
    [SkippableFact]
    public async Task APastRangeHasOnlyWhatWasSaidThen()
    {
        var (tab, script) = await Shows(Connections([], s_groups));
        var history = JsonNode.Parse(script.History((-600, 7, 0), (-590, 7, 0), (-580, 7, 0)))!;
        var said = script.Live["why"]!.DeepClone();
        (said["time"], said["connections"]) = ((string)history["records"]![1]!["time"]!, Connections([Lossy]));
        history["reports"] = new JsonArray(said);
        await tab.Intercept(History, AlwaysAnswer(history.ToJsonString()));
        await tab.Go($"{Address}?since=-15m&until=-5m");
        await tab.Until($"{IsDrawn} && document.querySelector('{Part}').open");
        Assert.Equal(Lossy, await tab.Text("#connections-lines"));
        Assert.Matches(@"^one thing stands out, as the agent reported at \d\d:\d\d:\d\d$", await tab.Text("#connections-count"));
        Assert.True(await tab.Is("document.querySelector('#connections-frame').hidden"));
        AssertClean(tab);
        await Axe.AssertAccessible(tab);
    }

    /// <summary>Their numbers are means over a minute, of which they have lasted for a part only.</summary>
    [SkippableFact]
    public async Task TheKernelsConnectionsAreThere()
    {
        var tab = await Open();
        await Stage.StartAndWait(Stage.Server, Kind.Sink, Scenarios.Stage.Server4, "8082");
        await Stage.StartAndWait(Stage.Client, Kind.Sink, Scenarios.Stage.Client4, "8083");
        Stage.Start(Stage.Client, Kind.Bulk, Scenarios.Stage.Server4, "8082", "2");
        Stage.Start(Stage.Server, Kind.Bulk, Scenarios.Stage.Client4, "8083", "3");
        const string rows = "[...document.querySelectorAll('#connections tr')].map(row => row.textContent)";
        await tab.Until($"{rows}.some(row => /^10\\.91\\.0\\.1:8082.*incoming[12]-/.test(row))", 40);
        await tab.Until($"{rows}.some(row => /^10\\.91\\.0\\.2:8083.*application.*outgoing[1-3]<?\\d[\\d.]*%.* KiB\\/s$/.test(row))", 40);
        AssertClean(tab);
    }
}
