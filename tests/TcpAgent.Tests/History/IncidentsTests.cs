using TcpAgent.History;
using TcpAgent.Resources;

namespace TcpAgent.Tests.History;

/// <summary>The minutes around a verdict of limiting are kept, whatever becomes of the agent meanwhile.</summary>
public class IncidentsTests
{
    static string[] Kept(HistoryRig rig) => RingFile.Beside(rig.FilePath, Incidents.Suffix);

    static void Happen(HistoryRig rig, int seconds)
    {
        rig.Verdict(ResourceState.Limiting);
        rig.Tick(seconds);
        rig.Verdict(ResourceState.Ok);
    }

    [Fact]
    public void FiveMinutesBeforeAndThreeAfterAreKept()
    {
        using var rig = new HistoryRig();
        rig.Verdict(ResourceState.Near);
        rig.Tick(400);
        Happen(rig, 20);
        rig.Tick(160);
        Assert.Empty(Kept(rig));
        rig.Tick();

        var records = HistoryRig.Read(Kept(rig).Single());
        Assert.Equal(Enumerable.Range(101, 481).Select(i => (long)i), records.Select(record => record.Sequence));
        Assert.Equal(2, HistoryRig.Value(records[300], "verdict"));
        Assert.Equal(1, HistoryRig.Value(records[299], "verdict"));
        Assert.EndsWith(
            $".incident-{RingFile.Stamp(DateTimeOffset.FromUnixTimeMilliseconds(records[300].Time))}", Kept(rig).Single(),
            StringComparison.Ordinal);
        Assert.Equal(1, rig.Writer.Counters.Incidents);
    }

    [Fact]
    public void WhatTurnsAgainWithinTheMinutesAfterIsTheSameIncident()
    {
        using var rig = new HistoryRig();
        rig.Verdict(ResourceState.Ok);
        rig.Tick(10);
        for (var i = 0; i < 4; i++)
        {
            Happen(rig, 20);
            rig.Tick(20);
        }
        rig.Tick(400);
        Assert.Single(Kept(rig));
    }

    [Fact]
    public void TheLastEightAreKeptAndTheirSizeIsBounded()
    {
        using var rig = new HistoryRig();
        rig.Verdict(ResourceState.Ok);
        rig.Tick(10);
        var last = 0L;
        for (var i = 0; i < 10; i++)
        {
            last = rig.Time.GetUtcNow().ToUnixTimeMilliseconds() + 1000;
            Happen(rig, 5);
            rig.Tick(200);
        }
        Assert.Equal(8, Kept(rig).Length);
        Assert.Equal(8, rig.Writer.Counters.Incidents);
        Assert.EndsWith(RingFile.Stamp(DateTimeOffset.FromUnixTimeMilliseconds(last)), Kept(rig)[^1], StringComparison.Ordinal);
        var all = HistoryHeader.For(TimeSpan.FromHours(1), TimeSpan.FromSeconds(1)).FileSize + Kept(rig)
            .Sum(path => new FileInfo(path).Length);
        Assert.InRange(all, 15_000_000, 16 * 1024 * 1024);
    }

    [Fact]
    public void AnAgentThatWasKilledMakesUpForItAtItsNextStart()
    {
        using var rig = new HistoryRig();
        rig.Verdict(ResourceState.Ok);
        rig.Tick(100);
        Happen(rig, 30);
        rig.Tick(30);
        rig.Restart();
        Assert.Empty(Kept(rig));
        rig.Tick(130);
        var records = HistoryRig.Read(Kept(rig).Single());
        Assert.Equal(281, records.Count);
        Assert.Single(records, record => record.IsFirst && record.Sequence > 1);

        // And does so once.
        rig.Restart();
        rig.Tick(200);
        Assert.Single(Kept(rig));
    }

    [Fact]
    public void WhatTurnedAgainIsTheSameIncidentForTheNextAgentToo()
    {
        using var rig = new HistoryRig();
        rig.Verdict(ResourceState.Ok);
        rig.Tick(100);
        Happen(rig, 20);
        rig.Tick(60);
        Happen(rig, 20);
        rig.Tick(200);
        Assert.Single(Kept(rig));
        rig.Restart();
        rig.Tick(200);
        Assert.Single(Kept(rig));
    }

    [Fact]
    public void AnIncidentIsSeenWholeOrNotAtAll()
    {
        using var rig = new HistoryRig();
        var path = $"{rig.FilePath}{Incidents.Suffix}20260101T000000Z";
        Assert.Throws<IOException>(() => RingFile.Create(path, rig.Header, _ =>
        {
            Assert.Empty(Kept(rig));
            throw new IOException("disk full");
        }));
        Assert.DoesNotContain(rig.Beside(), name => name.Contains("incident", StringComparison.Ordinal));
    }

    [Fact]
    public void AnAgentThatStartsWhileSomethingLimitsKeepsNothingForIt()
    {
        using var rig = new HistoryRig();
        Happen(rig, 300);
        rig.Tick(300);
        Assert.Empty(Kept(rig));
    }
}
