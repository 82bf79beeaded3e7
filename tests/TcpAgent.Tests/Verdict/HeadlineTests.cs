using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Sources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Verdict;

/// <summary>The sentence that the page, `why` and the log show: what suffers, and which limit was reached.</summary>
public class HeadlineTests
{
    static readonly EndpointInstance s_port = new(new(0, 0, 8080));

    readonly Table _listeners = new(ListenerRows.Rows), _recent = new(RecentRows.Rows);

    public HeadlineTests() => _listeners.Add(s_port);

    ResourceReport Write(
        Resource resource, long? used, long? limit, long? peak, long losses = 1, ResourceState state = ResourceState.Limiting,
        Instance? instance = null, long? peakLimit = null)
    {
        var snapshot = new Snapshot([_listeners, _recent]);
        snapshot.CopyFrom([_listeners, _recent], 0);
        var report = new ResourceReport(resource, state)
        {
            Used = used,
            Limit = limit,
            Peak = peak,
            PeakLimit = peakLimit,
            Losses = losses,
            Instance = instance,
        };
        Headline.Write(report, new SampleView(snapshot));
        return report;
    }

    [Theory]
    [InlineData(20, "Port 8080 turns connections away: accept queue full, 5 of 4")]
    [InlineData(2_000, "Port 8080 is not accepting fast enough: accept queue full, 5 of 4")]
    [InlineData(30_000, "Port 8080 is not accepting: accept queue full, 5 of 4")]
    public void HowLongTheOldestWaitsShowsWhetherTheApplicationAccepts(long wait, string expected)
    {
        _listeners[0][ListenerRows.OldestWait] = wait;
        Assert.Equal(expected, Write(ResourceCatalog.AcceptQueue, 5, 4, 5, instance: s_port).Headline);
    }

    [Fact]
    public void AQueueThatIsSlowButNotFullIsNotSaidToBeFull()
    {
        _listeners[0][ListenerRows.OldestWait] = 3_000;
        _listeners[0][ListenerRows.RecentLate] = 12;
        Assert.Equal(
            "Port 8080 is not accepting fast enough: connections wait in the accept queue, 40 of 4,096",
            Write(ResourceCatalog.AcceptQueue, 40, 4096, 40, losses: 0, instance: s_port).Headline);
    }

    [Fact]
    public void ASlowApplicationThatHasCaughtUpIsNotSaidToBeSlow()
    {
        _listeners[0][ListenerRows.RecentLate] = 12;
        _listeners[0][ListenerRows.RecentWait] = 3_000;
        Assert.Equal(
            "Port 8080 did not accept fast enough a moment ago: connections wait in the accept queue, 40 of 64, now 38",
            Write(ResourceCatalog.AcceptQueue, 38, 64, 40, losses: 0, instance: s_port).Headline);
    }

    /// <summary>A state holds for a minute. That a queue has room again is said.</summary>
    [Fact]
    public void WhatIsOverIsNotSaidInThePresent()
    {
        var report = Write(ResourceCatalog.AcceptQueue, 0, 4, 5, instance: s_port);
        Assert.Equal("Port 8080 turned connections away a moment ago: accept queue full, 5 of 4, now 0", report.Headline);
        Assert.Equal("Port 8080 turned connections away: accept queue full, 5 of 4", report.HeadlinePast);
    }

    /// <summary>The application was restarted with a larger backlog: the queue was full by the limit of the time.</summary>
    [Fact]
    public void ALimitThatWasRaisedSinceIsNotTheOneThatWasReached()
    {
        var report = Write(ResourceCatalog.AcceptQueue, 0, 4096, 5, instance: s_port, peakLimit: 4);
        Assert.Equal("Port 8080 turned connections away a moment ago: accept queue full, 5 of 4, now 0", report.Headline);
        Assert.Equal("Port 8080 turned connections away: accept queue full, 5 of 4", report.HeadlinePast);
    }

    [Theory]
    [InlineData(100, "Port 8080 answers with SYN cookies: SYN queue full, 65 of 64")]
    [InlineData(40, "Port 8080 drops new connections: SYN queue full, 65 of 64")]
    public void ASynThatWasAnsweredByACookieIsServed(long answered, string expected)
    {
        _recent[RecentRows.AnsweredByCookies] = answered;
        Assert.Equal(expected, Write(ResourceCatalog.SynQueue, 65, 64, 65, losses: 100, instance: s_port).Headline);
    }

    [Fact]
    public void NearALimitIsNotLimiting()
    {
        Assert.Equal(
            "Accept queue of port 8080 is near the limit: 52 of 64",
            Write(ResourceCatalog.AcceptQueue, 52, 64, 52, 0, ResourceState.Near, s_port).Headline);
        Assert.Equal(
            "Accept queue of port 8080 is at the limit: 5 of 4",
            Write(ResourceCatalog.AcceptQueue, 5, 4, 5, 0, ResourceState.Near, s_port).Headline);
        Assert.Equal(
            "TIME_WAIT sockets were near the limit: 60,000 of 65,536",
            Write(ResourceCatalog.TimeWait, 60_000, 65_536, 60_000, 0, ResourceState.Near).HeadlinePast);
    }

    [Fact]
    public void UnitsAreThoseOfTheResource()
    {
        Assert.Equal(
            "TCP is short of memory: tcp_mem used up, 2.2 GiB of 2.2 GiB",
            Write(ResourceCatalog.TcpMemory, 2_358_378_496, 2_358_378_496, 2_358_378_496).Headline);
        Assert.Equal(
            "CPU 3 drops received packets: backlog full, 1,001 of 1,000",
            Write(ResourceCatalog.SoftnetBacklog, 1001, 1000, 1001, instance: new CpuInstance(3)).Headline);
        Assert.Equal(
            "eth0 loses received packets: receive ring overrun",
            Write(ResourceCatalog.DeviceReceive, null, null, null, instance: new DeviceInstance("eth0"u8.ToArray())).Headline);
    }

    /// <summary>With and without an instance, in either state.</summary>
    [Fact]
    public void EveryResourceHasItsSentences()
    {
        foreach (var resource in ResourceCatalog.All)
            foreach (var instance in (Instance?[])[null, s_port, new CpuInstance(1), new DeviceInstance("eth0"u8.ToArray())])
                foreach (var state in (ResourceState[])[ResourceState.Near, ResourceState.Limiting])
                {
                    var report = Write(resource, 9, 10, 11, 1, state, instance);
                    Assert.Matches("^[A-Za-z0-9].*[a-z0-9B]$", report.Headline);
                    Assert.NotEqual(report.Headline, report.HeadlinePast);
                    Assert.DoesNotContain("  ", report.Headline, StringComparison.Ordinal);
                    Assert.DoesNotContain("_", ResourceWords.Of(resource).Label.Replace("TIME_WAIT", "", StringComparison.Ordinal)
                        .Replace("AF_UNIX", "", StringComparison.Ordinal), StringComparison.Ordinal);
                }
        Assert.Equal("", Write(ResourceCatalog.Conntrack, 1, 10, 1, 0, ResourceState.Ok).Headline);
    }
}
