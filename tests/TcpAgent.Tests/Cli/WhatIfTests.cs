using System.Text.Json;
using TcpAgent.Cli;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Cli;

/// <summary>What another limit would have done: bounds that the counters give, and nothing where they give none.</summary>
public class WhatIfTests
{
    const string Conntrack = "net.netfilter.nf_conntrack_max", Backlog = "net.core.somaxconn";

    static HostVerdict Verdict(Resource resource, long? peak, long? limit, long? losses, double watched = 60) => new(
        DateTimeOffset.UnixEpoch, watched, ResourceState.Ok,
        [
            new ResourceReport(resource, ResourceState.Limiting)
            {
                Used = peak, Peak = peak, Limit = limit, Losses = losses, Instance = new Instance("10.0.0.1:80"),
            },
        ],
        [], []);

    static WhatIf Ask(string text, HostVerdict verdict)
    {
        Assert.True(Supposition.TryParse(text, out var supposed));
        return Assert.Single(WhatIf.Of([supposed], verdict));
    }

    /// <summary>A table of 200 entries that is full, in a minute in which 305 found no place.</summary>
    static WhatIf Ask(long limit) => Ask($"{Conntrack}={limit}", Verdict(ResourceCatalog.Conntrack, 200, 200, 305));

    [Fact]
    public void ALimitAboveWhatWasUsedAndLostIsEnough()
    {
        var answer = Ask(505);
        Assert.Equal((WhatIfOutcome.Enough, 505L), (answer.Outcome, answer.AtMost));
        Assert.Equal(60, answer.LastsSeconds);
    }

    [Fact]
    public void BelowThatItMayNotBe()
    {
        var answer = Ask(504);
        Assert.Equal((WhatIfOutcome.Perhaps, 505L), (answer.Outcome, answer.AtMost));
        Assert.Equal(304 * 60 / 305.0, answer.LastsSeconds!.Value, tolerance: 0.001);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(100)]
    public void AHigherLimitIsNeededWhereSomethingWasLost(long limit) => Assert.Equal(WhatIfOutcome.NoBetter, Ask(limit).Outcome);

    [Fact]
    public void ALowerLimitIsEnoughIfThePeakFits() =>
        Assert.Equal(WhatIfOutcome.Enough, Ask($"{Conntrack}=100", Verdict(ResourceCatalog.Conntrack, 100, 200, 0)).Outcome);

    [Fact]
    public void ALowerLimitIsTooLowIfThePeakDoesNotFit() =>
        Assert.Equal(WhatIfOutcome.TooLow, Ask($"{Conntrack}=99", Verdict(ResourceCatalog.Conntrack, 100, 200, 0)).Outcome);

    [Theory]
    [InlineData(504, WhatIfOutcome.Enough)]
    [InlineData(503, WhatIfOutcome.Perhaps)]
    public void AnAcceptQueueHoldsOneMoreThanItsLimit(long limit, object outcome) =>
        Assert.Equal(outcome, Ask($"{Backlog}={limit}", Verdict(ResourceCatalog.AcceptQueue, 5, 4, 500)).Outcome);

    [Fact]
    public void LossesThatAreNotInTheUnitOfTheLimitGiveNoBound()
    {
        var answer = Ask("net.ipv4.tcp_mem=1000 2000 3000", Verdict(ResourceCatalog.TcpMemory, 4_096_000, 4_096_000, 7));
        Assert.Equal((WhatIfOutcome.CannotTell, (long?)null), (answer.Outcome, answer.AtMost));
    }

    [Fact]
    public void AFullTableThatCountsNoLossesGivesNoBound() =>
        Assert.Equal(WhatIfOutcome.CannotTell, Ask("fs.file-max=2000", Verdict(ResourceCatalog.FileHandles, 1_000, 1_000, null)).Outcome);

    [Fact]
    public void OneThatWasNeverFullRefusedNothing() =>
        Assert.Equal(WhatIfOutcome.Enough, Ask("fs.file-max=900", Verdict(ResourceCatalog.FileHandles, 800, 1_000, null)).Outcome);

    [Fact]
    public void OneMomentShowsNoLosses()
    {
        var answer = Ask($"{Conntrack}=1000", Verdict(ResourceCatalog.Conntrack, 100, 200, 305, watched: 0));
        Assert.Equal((WhatIfOutcome.CannotTell, (long?)null), (answer.Outcome, answer.Losses));
    }

    [Fact]
    public void AnUnknownUseIsSaid() =>
        Assert.Contains(
            "cannot tell. Its use or its limit is not known.",
            WhatIfText.Of(Ask($"{Conntrack}=1000", Verdict(ResourceCatalog.Conntrack, null, null, null))), StringComparison.Ordinal);

    [Fact]
    public void AQueueThatDrainsByItselfHasNoTimeUntilItIsFull() =>
        Assert.Null(Ask("net.core.netdev_max_backlog=9000", Verdict(ResourceCatalog.SoftnetBacklog, 1_001, 1_000, 300)).LastsSeconds);

    [Fact]
    public void ASysctlOfTwoResourcesIsAnsweredForBothThatTheHostHas()
    {
        Assert.True(Supposition.TryParse($"{Backlog}=4096", out var supposed));
        var both = Verdict(ResourceCatalog.AcceptQueue, 5, 4, 10) with
        {
            Resources = [.. new[] { ResourceCatalog.AcceptQueue, ResourceCatalog.AcceptQueueUnix }.Select(one =>
                Verdict(one, 5, 4, null).Resources[0])],
        };
        Assert.Equal(["accept_queue", "accept_queue_unix"], WhatIf.Of([supposed], both).Select(one => one.Resource.Name));
    }

    [Fact]
    public void TheSentenceHasTheFiguresAndWhatItRestsOn() => Assert.Equal(
        "net.core.somaxconn=4096, accept_queue of 10.0.0.1:80: enough in this time. 5 in use at the peak and 495 lost make at most 500 of "
        + "4,096. At this rate, and if none of them ends, it is full 496 s later. "
        + "A listener gets the lower of this and the backlog that it asks for, when it calls listen(): restart the application. "
        + "A longer queue lets clients wait longer; the application accepts no faster.",
        WhatIfText.Of(Ask($"{Backlog}=4096", Verdict(ResourceCatalog.AcceptQueue, 5, 4, 495))));

    [Fact]
    public void TheDocumentGetsOneMember()
    {
        var json = WhatIfJson.Append("{\"version\":1}\n"u8, [Ask(65_536)]);
        var root = JsonDocument.Parse(json).RootElement;
        Assert.Equal(1, root.GetProperty("version").GetInt32());
        var answer = Assert.Single(root.GetProperty("what_if").EnumerateArray());
        Assert.Equal("enough", answer.GetProperty("outcome").GetString());
        Assert.Equal(505, answer.GetProperty("at_most").GetInt64());
    }
}
