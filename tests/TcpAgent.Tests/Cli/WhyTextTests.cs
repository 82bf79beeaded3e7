using System.Text;
using TcpAgent.Cli;
using TcpAgent.Metrics;
using TcpAgent.Resources;
using TcpAgent.Verdict;

namespace TcpAgent.Tests.Cli;

/// <summary>What a person at a shell reads: the answer first, and nothing that hides it.</summary>
public class WhyTextTests
{
    static readonly DateTimeOffset s_now = new(2026, 11, 30, 22, 12, 14, TimeSpan.Zero);

    static readonly Finding
        s_lint = new("lint", Finding.Info, "A timeout is five days.", null),
        s_hurting = new("peer_silent", Finding.Warning, "SYNs are unanswered.", "Peers do not answer");

    static ResourceReport Report(Resource resource, ResourceState state, long? losses = null, long? earlier = null)
    {
        var report = new ResourceReport(resource, state)
        {
            Used = 5,
            Limit = 4,
            Peak = 5,
            Losses = losses,
            LossesTotal = losses + (earlier ?? 0),
            Instance = state is ResourceState.Ok ? null : new Instance("10.91.0.1:8080"),
            Since = s_now.AddSeconds(-25),
        };
        if (state is ResourceState.Limiting or ResourceState.Near)
        {
            report.Evidence.Add("It is full.");
            report.Advice.Add("Empty it.");
            report.WillNotFix.Add("Anything else.");
        }
        return report;
    }

    static ResourceReport Ok(Resource resource, long used = 1, long limit = 100) =>
        new(resource, ResourceState.Ok) { Used = used, Limit = limit, Peak = used, Losses = 0 };

    static HostVerdict Verdict(ResourceState state, Finding[] findings, params ResourceReport[] reports) => new(
        s_now, 60, state,
        [.. reports, Ok(ResourceCatalog.FileHandles, 1_234_567, 2_466_170), Ok(ResourceCatalog.TcpMemory, 786_432, 2_358_456_320)],
        [], findings);

    static string Write(HostVerdict verdict, bool isOfAgent = true, bool all = false, int width = 110, string? owner = null) =>
        Encoding.UTF8.GetString(WhyText.For(new Terminal(false, width), isOfAgent, all, _ => owner).Write(verdict));

    static HostVerdict Outage(params Finding[] findings) =>
        Verdict(ResourceState.Limiting, findings, Report(ResourceCatalog.AcceptQueue, ResourceState.Limiting, losses: 495));

    [Fact]
    public void TheAnswerSaysSinceWhenHowFullAndWhatWasLost()
    {
        var since = TimeZoneInfo.ConvertTime(s_now.AddSeconds(-25), TimeZoneInfo.Local);
        Assert.Equal(
            $"""
            LIMITING: accept_queue of 10.91.0.1:8080 since {since:HH:mm:ss} (agent's last 60 s; now 5 of 4, 495 lost)

            why
              - It is full.
            do
              1. Empty it.
            will not help
              - Anything else.

            2 others ok (--all)

            """, Write(Outage()));
    }

    [Fact]
    public void OfManyHintsTheFirstAreShown()
    {
        var verdict = Outage();
        verdict.Resources[0].Advice.AddRange(["Second.", "Third.", "Fourth."]);
        verdict.Resources[0].WillNotFix.AddRange(["Neither this.", "Nor that."]);
        var text = Write(verdict);
        Assert.Contains("  3. Third.\nwill not help\n  - Anything else.\n  - Neither this.\n\n2 others ok, 2 hints (--all)\n", text,
            StringComparison.Ordinal);
        Assert.Contains("  4. Fourth.\n", Write(verdict, all: true), StringComparison.Ordinal);
        Assert.Contains("  - Nor that.\n", Write(verdict, all: true), StringComparison.Ordinal);
    }

    /// <summary>The page begins with the same sentence.</summary>
    [Fact]
    public void ItIsSaidInWordsOnce()
    {
        var verdict = Outage();
        verdict.Resources[0].Headline = "Port 8080 is not accepting: accept queue full, 5 of 4";
        Assert.Equal("Port 8080 is not accepting: accept queue full, 5 of 4.", Write(verdict).Split('\n')[2]);
        Assert.Single(Write(verdict).Split('\n'), line => line.StartsWith("Port 8080", StringComparison.Ordinal));
        Assert.DoesNotContain("Nothing is limiting", Write(Verdict(ResourceState.Ok, [])), StringComparison.Ordinal);
    }

    /// <summary>A watch that has just begun does not know since when.</summary>
    [Fact]
    public void AWatchSaysHowLongItWas() => Assert.StartsWith(
        "LIMITING: accept_queue of 10.91.0.1:8080 (watched 60 s; now 5 of 4, 495 lost)\n", Write(Outage(), isOfAgent: false),
        StringComparison.Ordinal);

    [Fact]
    public void AnotherDayHasItsDate() => Assert.Matches(
        @"since 2026-11-\d\d \d\d:\d\d:\d\d \(", Write(Outage() with { Time = s_now.AddDays(2) }));

    /// <summary>A window without a loss is no proof: what was lost before it is said.</summary>
    [Fact]
    public void NothingIsCalledUndroppedFromAWindowAlone()
    {
        var text = Write(Verdict(
            ResourceState.Near, [], Report(ResourceCatalog.AcceptQueue, ResourceState.Near, losses: 0, earlier: 2495)), isOfAgent: false);
        Assert.StartsWith("NEAR A LIMIT: accept_queue of 10.91.0.1:8080 (watched 60 s; now 5 of 4, peak 125%, none lost in this time,",
            text, StringComparison.Ordinal);
        Assert.Contains("2,495 earlier)", text, StringComparison.Ordinal);
        Assert.DoesNotContain("no loss", text, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenIllTheLintIsCountedAndWhatHurtsIsShown()
    {
        var text = Write(Outage(s_lint, s_hurting));
        Assert.DoesNotContain("five days", text, StringComparison.Ordinal);
        Assert.Contains("Peers do not answer.\n", text, StringComparison.Ordinal);
        Assert.Contains("also\n  - warning: SYNs are unanswered.\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\n2 others ok, 1 note (--all)\n", text, StringComparison.Ordinal);
        Assert.Contains("five days", Write(Outage(s_lint), all: true), StringComparison.Ordinal);
        Assert.Contains("five days", Write(Verdict(ResourceState.Ok, [s_lint])), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsLessBadIsOnlyMentioned()
    {
        var text = Write(Verdict(
            ResourceState.Limiting, [], Report(ResourceCatalog.AcceptQueue, ResourceState.Limiting, losses: 495),
            Report(ResourceCatalog.TimeWait, ResourceState.Near, losses: 0)));
        Assert.Contains(
            "\nNear a limit: time_wait of 10.91.0.1:8080, now 5 of 4, peak 125%, none lost in this time\n", text, StringComparison.Ordinal);
        Assert.Single(text.Split('\n'), line => line == "why");
    }

    [Fact]
    public void TwoLimitersHaveTheirFiguresEach()
    {
        var text = Write(Verdict(
            ResourceState.Limiting, [], Report(ResourceCatalog.SynQueue, ResourceState.Limiting, losses: 7),
            Report(ResourceCatalog.AcceptQueue, ResourceState.Limiting, losses: 495)), isOfAgent: false, width: 400);
        Assert.StartsWith(
            "LIMITING: syn_queue of 10.91.0.1:8080 (now 5 of 4, 7 lost), accept_queue of 10.91.0.1:8080 (now 5 of 4, 495 lost) "
            + "(watched 60 s)\n", text, StringComparison.Ordinal);
        Assert.Contains("Limiting: accept_queue of 10.91.0.1:8080, connections that wait", text, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenAllIsWellItSaysHowNearTheNextLimitIs() => Assert.Equal(
        "OK: no queue or table limits traffic (agent's last 60 s)\n\n2 limits ok, the fullest file_handles at 50% (--all)\n",
        Write(Verdict(ResourceState.Ok, [])));

    [Fact]
    public void TheTableHasOneUnitAColumnAndSeparatesThousands()
    {
        var lines = Write(Outage(), all: true).Split('\n');
        Assert.Contains("resource                   used        limit    %        peak     lost state", lines);
        Assert.Contains("accept_queue                  5            4 125%           5      495 limiting", lines);
        Assert.Contains("file_handles          1,234,567    2,466,170  50%   1,234,567        0 ok", lines);
        Assert.Contains("tcp_memory              0.8 MiB  2,249.2 MiB  <1%     0.8 MiB        0 ok", lines);
        Assert.Contains(
            "resource                   used        limit    %     lost state", Write(Outage(), all: true, width: 70).Split('\n'));
    }

    [Fact]
    public void TheOwnerIsNamedWhereItIsKnown() => Assert.Contains(
        "  - It is full.\n  - The socket belongs to nginx (pid 812).\n", Write(Outage(), owner: "nginx (pid 812)"),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(null, 0, 80)]
    [InlineData(null, 40, 60)]
    [InlineData(null, 97, 97)]
    [InlineData(null, 300, 110)]
    [InlineData("100", 300, 100)]
    [InlineData("0", 90, 90)]
    [InlineData("wide", 90, 90)]
    [InlineData("", 0, 80)]
    public void ItUsesTheWidthOfTheTerminalWithinReason(string? columns, int terminal, int width) =>
        Assert.Equal(width, Terminal.WidthOf(columns, terminal));
}
