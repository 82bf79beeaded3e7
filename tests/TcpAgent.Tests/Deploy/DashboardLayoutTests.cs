using System.Text.Json;
using System.Text.RegularExpressions;

namespace TcpAgent.Tests.Deploy;

/// <summary>What a person sees of a dashboard first, where its links lead, and that its grid is whole.</summary>
public class DashboardLayoutTests
{
    public static TheoryData<string> Files => [.. Dashboard.Files];

    /// <summary>
    /// What one opens it for is open, the rest is a click away: each query of an open panel runs twice a minute for each viewer.
    /// </summary>
    [Fact]
    public void AtMostThreeRowsAreOpen()
    {
        var host = Dashboard.Open("host.json");
        Assert.Equal("30s", host.Root.Text("refresh"));
        Assert.Equal(3, host.Top.Count(panel => panel.Text("type") == "row" && !panel.GetProperty("collapsed").GetBoolean()));
        Assert.InRange(host.Top.Count(panel => panel.Text("type") != "row"), 10, 30);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ALegendHasTheLastAndTheHighestValue(string file)
    {
        foreach (var panel in Dashboard.Open(file).Panels.Where(panel => panel.Text("type") == "timeseries"))
        {
            var legend = panel.GetProperty("options").GetProperty("legend");
            Assert.Equal("table", legend.Text("displayMode"));
            Assert.Equal(["lastNotNull", "max"], legend.GetProperty("calcs").EnumerateArray().Select(one => one.GetString()));
        }
    }

    /// <summary>From the verdict to the agent's page at that time, and from each topic to its runbook.</summary>
    [Fact]
    public void LinksLeadToThePageAndTheRunbook()
    {
        var host = Dashboard.Open("host.json");
        foreach (var title in (string[])["Now", "Which queue or table", "States over time", "Resources", "Drops by listener"])
            Assert.Contains(
                "/?since=${__from:date:iso}&until=${__to:date:iso}", host.Panels.Single(panel => panel.Text("title") == title).GetRawText(),
                StringComparison.Ordinal);
        var headings = File.ReadLines(Repo.Path("docs", "operations.md")).Where(line => line.StartsWith('#')).Select(line =>
            line.TrimStart('#', ' ').ToLowerInvariant().Replace(' ', '-')).ToHashSet();
        var links = Dashboard.Files.SelectMany(one => Regex.Matches(Dashboard.Open(one).Text, @"operations\.md#([\w-]+)")).ToArray();
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.Contains(link.Groups[1].Value, headings));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void TheGridHasNoOverlapAndNoGap(string file)
    {
        var top = Dashboard.Open(file).Top;
        AssertFilled(top, 0);
        foreach (var row in top.Where(panel => Dashboard.Inner(panel).Any()))
            AssertFilled([.. Dashboard.Inner(row)], row.GetProperty("gridPos").GetProperty("y").GetInt32() + 1);
    }

    /// <summary>Rows fill the whole width, and panels neither overlap nor leave holes.</summary>
    static void AssertFilled(JsonElement[] panels, int from)
    {
        var cells = new Dictionary<(int X, int Y), string>();
        foreach (var panel in panels)
        {
            var grid = panel.GetProperty("gridPos");
            int At(string name) => grid.GetProperty(name).GetInt32();
            Assert.True(At("x") >= 0 && At("w") > 0 && At("h") > 0 && At("x") + At("w") <= 24 && At("y") >= from, panel.Text("title"));
            for (var y = At("y"); y < At("y") + At("h"); y++)
                for (var x = At("x"); x < At("x") + At("w"); x++)
                    Assert.True(cells.TryAdd((x, y), panel.Text("title")), $"{panel.Text("title")} lies on {cells[(x, y)]}");
        }
        Assert.Equal(24 * (cells.Keys.Max(cell => cell.Y) + 1 - from), cells.Count);
    }
}
